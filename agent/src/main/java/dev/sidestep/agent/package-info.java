/**
 * The Java agent and the command line of the one jar.
 *
 * <p>Came from: the JVM, before the program's {@code main}. Goes to: the provider, which gets its
 * settings and the doors into the JDK.
 */
@NullMarked
package dev.sidestep.agent;

import org.jspecify.annotations.NullMarked;
