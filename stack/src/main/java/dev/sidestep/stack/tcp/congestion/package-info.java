/**
 * Congestion control (RFC 5681) apart from loss recovery: how much may be in flight, and what to
 * send again. Both are pure: numbers in, numbers out, no knowledge of a connection.
 *
 * <p>Came from: {@code tcp} reports acknowledgements and losses. Goes to: {@code tcp} asks how much
 * it may send.
 */
@NullMarked
package dev.sidestep.stack.tcp.congestion;

import org.jspecify.annotations.NullMarked;
