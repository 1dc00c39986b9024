/**
 * Starts unmodified programs of others, each as its own documentation says, for {@code
 * samples/compare --programs}.
 *
 * <p>Came from: the command line. Goes to: Netty, Tomcat, Jetty, ZooKeeper, Kafka.
 */
@NullMarked
package dev.sidestep.programs;

import org.jspecify.annotations.NullMarked;
