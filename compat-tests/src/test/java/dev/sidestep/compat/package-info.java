/**
 * What programs must see on Sidestep: whole programs in JVMs of their own, first on the JDK's own
 * provider, which shows what is right, then on ours.
 *
 * <p>Came from: the contracts of java.nio. Goes to: {@link dev.sidestep.compat.programs} in forked
 * JVMs.
 */
@NullMarked
package dev.sidestep.compat;

import org.jspecify.annotations.NullMarked;
