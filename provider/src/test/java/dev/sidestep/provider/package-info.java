/**
 * Contracts of {@code java.nio.channels}, each run on the JDK's own provider first (the oracle),
 * then on ours over the kernel, then on ours over the stack.
 *
 * <p>Came from: the specification and the names of the JDK's own tests. Goes to: the provider.
 */
@NullMarked
package dev.sidestep.provider;

import org.jspecify.annotations.NullMarked;
