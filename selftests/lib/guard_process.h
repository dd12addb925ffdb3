/* SPDX-License-Identifier: GPL-2.0 */
/* What a guard's owner (guard.c) tells its process (guard_process.c), and hears of it. */
#ifndef CMA_TESTS_GUARD_PROCESS_H
#define CMA_TESTS_GUARD_PROCESS_H

#include <sys/types.h>

enum guard_action_kind {
	CANCEL, CLOSE, MKDIR, CREATE, WRITE, KEEP, UNMOUNT, SWAPOFF, UNLINK, RMDIR, KILL,
	CHMOD, UNLOAD, UNDO
};

struct guard_action {
	enum guard_action_kind kind;
	int id;
	pid_t pid;
	mode_t mode;
	char path[256];
	char text[256];
};

/* The guard's answer: what it made in the owner's stead, how it went. */
struct guard_answer {
	int err;
	char name[256];
};

/*
 * guard_process - the guard's life: take down what comes through @socket, undo it when
 * the owner says so or, by the pidfd @owner, is seen to have died. Never returns.
 */
void guard_process(int socket, int owner);

#endif
