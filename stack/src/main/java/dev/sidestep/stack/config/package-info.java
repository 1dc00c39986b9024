/** What a user can set, as one immutable {@link dev.sidestep.stack.config.StackConfig}. */
@NullMarked
package dev.sidestep.stack.config;

import org.jspecify.annotations.NullMarked;
