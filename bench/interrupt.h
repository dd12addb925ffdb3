/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIGINT, SIGTERM and SIGHUP end the run after the sample at hand: buffers are
 * released, pressure is given back, the records so far are written and marked
 * partial, and only then does the program die of the signal.
 */
#ifndef CMABENCH_INTERRUPT_H
#define CMABENCH_INTERRUPT_H

void interrupt_catch(void);

/* interrupt_die - die of the caught signal, so that the parent knows. */
void interrupt_die(void);

#endif
