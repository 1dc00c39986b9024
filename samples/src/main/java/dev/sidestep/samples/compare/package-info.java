/**
 * The command that runs the sample programs on the kernel's stack and on Sidestep and compares
 * them.
 *
 * <p>Came from: {@code samples/compare}. Goes to: child JVMs that run {@link dev.sidestep.samples}.
 */
@NullMarked
package dev.sidestep.samples.compare;

import org.jspecify.annotations.NullMarked;
