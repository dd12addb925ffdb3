/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of an access that may fault. */
#ifndef CMA_TESTS_FAULT_H
#define CMA_TESTS_FAULT_H

/*
 * fault_of_write, fault_of_read - access one byte.
 *
 * Returns 0, or the signal that came of it: SIGSEGV or SIGBUS. Not for several
 * threads at once.
 */
int fault_of_write(void *address);
int fault_of_read(const void *address);

#endif
