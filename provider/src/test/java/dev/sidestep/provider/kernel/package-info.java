/** Tests of what stays with the kernel and what does not. */
@NullMarked
package dev.sidestep.provider.kernel;

import org.jspecify.annotations.NullMarked;
