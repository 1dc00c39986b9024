/**
 * The test rig: devices that live in memory, frames, a virtual clock, links that misbehave on
 * purpose, a peer that follows a script in packetdrill's notation, and two stacks that talk to each
 * other. Nothing in here starts a thread or looks at a real clock.
 */
@NullMarked
package dev.sidestep.stack.testing;

import org.jspecify.annotations.NullMarked;
