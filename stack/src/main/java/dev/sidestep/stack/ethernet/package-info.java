/**
 * The link layer: {@code EthernetInput} is eth_type_trans and the ptype dispatch, {@code
 * EthernetOutput} is dev_queue_xmit with a batch in place of the qdisc.
 *
 * <p>Came from: {@code nic} rx bursts inwards, {@code neighbor} outwards. Goes to: {@code ip} and
 * {@code neighbor} through {@link dev.sidestep.stack.ethernet.EthernetPayloadInput} inwards, {@code
 * nic} tx bursts outwards.
 */
@NullMarked
package dev.sidestep.stack.ethernet;

import org.jspecify.annotations.NullMarked;
