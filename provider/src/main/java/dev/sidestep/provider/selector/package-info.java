/**
 * One selector for channels on the stack and channels on the kernel: ready stack channels come from
 * a queue that costs only what is ready, kernel channels from a private JDK selector.
 *
 * <p>Came from: {@code Selector.select}. Goes to: the stack's readiness, the JDK's selector.
 */
@NullMarked
package dev.sidestep.provider.selector;

import org.jspecify.annotations.NullMarked;
