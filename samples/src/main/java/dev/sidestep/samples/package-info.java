/**
 * Plain {@code java.nio} programs that know nothing of Sidestep: they run on whatever {@code
 * SelectorProvider} the JVM was started with.
 *
 * <p>Came from: the command line. Goes to: {@code java.nio.channels}.
 */
@NullMarked
package dev.sidestep.samples;

import org.jspecify.annotations.NullMarked;
