/**
 * What the tests of whole programs stand on: forked JVMs, links between them, network namespaces.
 *
 * <p>Came from: the tests. Goes to: processes and network interfaces, which are removed afterwards.
 */
@NullMarked
package dev.sidestep.compat.rig;

import org.jspecify.annotations.NullMarked;
