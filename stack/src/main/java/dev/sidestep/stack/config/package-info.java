/**
 * What a user can set: read from system properties and a file, checked, and handed on as one
 * immutable {@link dev.sidestep.stack.config.StackConfig}.
 *
 * <p>Came from: the user. Goes to: the engine, the provider and the agent.
 */
@NullMarked
package dev.sidestep.stack.config;

import org.jspecify.annotations.NullMarked;
