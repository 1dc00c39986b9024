/**
 * Microbenchmarks of the hot paths: {@code mvn -pl stack -am verify -Pbench -DskipTests}, and
 * {@code -Dbench=HeaderBenchmark} to choose. Each also says how much it allocates, which should be
 * nothing.
 */
@NullMarked
package dev.sidestep.stack.bench;

import org.jspecify.annotations.NullMarked;
