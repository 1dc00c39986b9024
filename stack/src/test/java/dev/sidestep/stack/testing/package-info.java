/** What tests of several layers share: devices that live in memory, frames, a host to send to. */
@NullMarked
package dev.sidestep.stack.testing;

import org.jspecify.annotations.NullMarked;
