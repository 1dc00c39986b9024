/** Tests of the sample programs. */
@NullMarked
package dev.sidestep.samples;

import org.jspecify.annotations.NullMarked;
