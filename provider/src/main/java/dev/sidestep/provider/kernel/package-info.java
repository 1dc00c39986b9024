/**
 * Everything that stays with the kernel, and the doors into the JDK that this takes.
 *
 * <p>Came from: the provider and its channels. Goes to: the JDK's own provider.
 */
@NullMarked
package dev.sidestep.provider.kernel;

import org.jspecify.annotations.NullMarked;
