/** Tests of the selector's parts. */
@NullMarked
package dev.sidestep.provider.selector;

import org.jspecify.annotations.NullMarked;
