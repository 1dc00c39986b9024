/**
 * The hand-overs between threads: who owns a shard ({@link dev.sidestep.stack.concurrent.Baton})
 * and how a thread that waits is woken ({@link dev.sidestep.stack.concurrent.Waiter}). Each
 * protocol in here has a jcstress test, because a lost wake-up is the worst defect this product can
 * have.
 */
@NullMarked
package dev.sidestep.stack.concurrent;

import org.jspecify.annotations.NullMarked;
