/** Tests of the comparison of both stacks. */
@NullMarked
package dev.sidestep.samples.compare;

import org.jspecify.annotations.NullMarked;
