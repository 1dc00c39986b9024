/**
 * Two whole stacks against each other, or one against an attacker: transfers over bad networks,
 * random interleavings, fuzzing, and what all that allocates.
 */
@NullMarked
package dev.sidestep.stack.tcp.harness;

import org.jspecify.annotations.NullMarked;
