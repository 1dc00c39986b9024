/**
 * The hand-overs between threads: who owns a shard ({@link
 * dev.sidestep.stack.concurrent.Ownership}) and how a thread that waits is woken, by what it waits
 * for ({@link dev.sidestep.stack.concurrent.Waiter}, asleep in a {@link
 * dev.sidestep.stack.concurrent.Parker}) or by a timer ({@link
 * dev.sidestep.stack.concurrent.Alarm}), and who sees to a shard that nobody polls ({@link
 * dev.sidestep.stack.concurrent.Watch}). Whether it is worth spinning before that is learnt ({@link
 * dev.sidestep.stack.concurrent.SpinBudget}, {@link
 * dev.sidestep.stack.concurrent.ProcessorDemand}). Each protocol in here has a jcstress test,
 * because a lost wake-up is the worst defect this product can have.
 */
@NullMarked
package dev.sidestep.stack.concurrent;

import org.jspecify.annotations.NullMarked;
