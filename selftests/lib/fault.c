// SPDX-License-Identifier: GPL-2.0
#include "fault.h"

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static sigjmp_buf fault_return;

static void on_fault(int signal)
{
	siglongjmp(fault_return, signal);
}

static int fault_of_access(void *address, bool writes)
{
	struct sigaction action = { .sa_handler = on_fault }, bus, segv;
	int caught;

	sigaction(SIGBUS, &action, &bus);
	sigaction(SIGSEGV, &action, &segv);
	caught = sigsetjmp(fault_return, 1);
	if (caught == 0 && writes)
		__atomic_store_n((unsigned char *)address, 1, __ATOMIC_SEQ_CST);
	else if (caught == 0)
		__atomic_load_n((unsigned char *)address, __ATOMIC_SEQ_CST);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGSEGV, &segv, NULL);
	return caught;
}

int fault_of_write(void *address)
{
	return fault_of_access(address, true);
}

int fault_of_read(const void *address)
{
	return fault_of_access((void *)address, false);
}
