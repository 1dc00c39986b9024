/** What floods do to those who have nothing to do with them, measured beside the kernel. */
@NullMarked
package dev.sidestep.compat.overload;

import org.jspecify.annotations.NullMarked;
