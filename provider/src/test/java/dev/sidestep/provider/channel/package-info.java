/** Tests of what stands between a channel and the stack or the kernel. */
@NullMarked
package dev.sidestep.provider.channel;

import org.jspecify.annotations.NullMarked;
