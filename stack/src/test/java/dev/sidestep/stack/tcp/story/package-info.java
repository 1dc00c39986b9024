/**
 * Stories of connections between the stack and a scripted peer, one class per rule of TCP. Read
 * them beside the RFC they cite.
 */
@NullMarked
package dev.sidestep.stack.tcp.story;

import org.jspecify.annotations.NullMarked;
