/**
 * Programs that the tests run unmodified on either stack; they import nothing of Sidestep.
 *
 * <p>Came from: the command line of a forked JVM. Goes to: {@code java.nio} and libraries on it.
 */
@NullMarked
package dev.sidestep.compat.programs;

import org.jspecify.annotations.NullMarked;
