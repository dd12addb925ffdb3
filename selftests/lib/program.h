/* SPDX-License-Identifier: GPL-2.0 */
/* Another program, run by a test: what it says, and how it ends. */
#ifndef CMA_TESTS_PROGRAM_H
#define CMA_TESTS_PROGRAM_H

#include <limits.h>
#include <stdio.h>
#include <sys/types.h>

/* A user without any right, as systems number it. */
#define NOBODY 65534

struct program {
	pid_t pid;
	FILE *output;		/* its standard output, line by line */
	int errors;		/* its standard error, once it has ended */
};

/*
 * program_find_cmabench - the benchmark, beside this test or in ../bench as in the
 * guest's image. Returns NULL and its path, or the reason to skip.
 */
const char *program_find_cmabench(char path[PATH_MAX]);

/* program_own_folder - where the program lies that runs. Returns 0 or -errno. */
int program_own_folder(char folder[PATH_MAX]);

/*
 * program_become - in a child: be another program, that writes to @output and
 * @errors. As @uid, without its parent's groups; 0: as we are.
 * Does not return.
 */
void program_become(const char *path, char *const arguments[], int output, int errors, uid_t uid);

/* program_start - @arguments with its name first. As @uid, 0: as we are. */
int program_start(struct program *program, const char *path,
		  char *const arguments[], uid_t uid);

/* program_await - read its output until a line has @text. 1, or 0: it ended. */
int program_await(struct program *program, const char *text, char *line,
		  size_t size);

/*
 * program_end - read the rest of its output, and wait for its end.
 * @errors: what it wrote to standard error, cut at @size - 1.
 *
 * Returns its status as of waitpid(), or -errno.
 */
int program_end(struct program *program, char *errors, size_t size);

#endif
