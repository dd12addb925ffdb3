/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test changes on the machine is put back however the test ends:
 * return, failed ASSERT, abort, signal, SIGKILL, timeout of the harness.
 *
 * An atexit handler or a signal handler cannot promise that. So a guard is a
 * small process of its own: it is told of each change before the change is
 * made, watches its owner, and undoes the changes, the last one first, when
 * the owner closes the guard or dies.
 *
 *	owner --"write 512 to .../free"--> guard process
 *	  x (killed)			   undoes, exits
 *
 * Open the guard before taking buffers or forking helpers.
 */
#ifndef CMA_TESTS_GUARD_H
#define CMA_TESTS_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/* So many a guard remembers at a time. What is beyond fails, at guard_close() at the latest. */
#define GUARD_MAX_CHANGES 256

struct guard {
	pid_t pid;
	int socket;
	int next_id;
};

/* guard_open - start the guard process. Returns 0 or -errno. */
int guard_open(struct guard *guard);

/*
 * guard_close - undo everything now and end the guard process.
 *
 * Returns 0, or the -errno of the first undoing that failed; -ENOSPC: the guard was told
 * of more than it remembers. What is busy has some seconds. Harmless on a guard that is
 * zeroed or closed.
 */
int guard_close(struct guard *guard);

/*
 * guard_undo - undo everything now; the guard goes on, for what comes next.
 *
 * For whoever changes things over and over. Returns as guard_close().
 */
int guard_undo(struct guard *guard);

/*
 * guard_set_file - remember what @path contains, then write @text into it.
 *
 * For sysctls and their like. The newline of the old content is kept. For
 * files of the form "a [b] c" the bracketed word is put back. Returns 0 or
 * -errno of reading or writing.
 */
int guard_set_file(struct guard *guard, const char *path, const char *text);

/*
 * guard_keep_file - remember what @path contains; it is written back where it has
 * changed by then, last of what is told after this.
 *
 * For what the kernel changes along with something else: say this before that
 * is changed. Returns an id above 0 for guard_cancel(), or -errno.
 */
int guard_keep_file(struct guard *guard, const char *path);

/*
 * guard_chmod - remember the mode of @path, then give it @mode.
 *
 * Returns 0 or -errno.
 */
int guard_chmod(struct guard *guard, const char *path, mode_t mode);

/*
 * guard_mkdir - let the guard make the folder @path, and remove it, once it is empty.
 *
 * The guard makes it, since some are long in the making (a tracing instance),
 * and a process that is killed at it would leave half of one. Returns an id
 * above 0 for guard_cancel(), or -errno; -ENOSPC: the guard remembers no more.
 */
int guard_mkdir(struct guard *guard, const char *path);

/*
 * guard_create - let the guard read the file @create, which makes something and
 * tells its name (zram's hot_add), and write that name to @remove when all is undone.
 *
 * The guard reads, since whoever is killed between the making and the telling
 * leaves the thing behind. Stores the name, without its newline, into the @size
 * bytes of @name. Returns as guard_mkdir().
 */
int guard_create(struct guard *guard, const char *create, const char *remove,
		 char *name, size_t size);

/*
 * The following only say what shall be undone. They return an id above 0 for
 * guard_cancel(), or -errno. @path and @text are below 256 bytes.
 *
 * guard_write	- write @text to @path (debugfs free, tracing_on, ...)
 * guard_unmount - unmount @path
 * guard_swapoff - stop swapping to @path
 * guard_unlink	- remove the file or symlink @path
 * guard_kill	- SIGKILL the process @pid, a child of the owner
 * guard_unload	- remove the module @name from the kernel, if it is loaded by then
 */
int guard_write(struct guard *guard, const char *path, const char *text);
int guard_unmount(struct guard *guard, const char *path);
int guard_swapoff(struct guard *guard, const char *path);
int guard_unlink(struct guard *guard, const char *path);
int guard_kill(struct guard *guard, pid_t pid);
int guard_unload(struct guard *guard, const char *name);

/*
 * guard_lacks - does an error of making something say that an option, a file or a
 * privilege is missing? What else goes wrong is a failure.
 */
bool guard_lacks(int err);

/* guard_cancel - the owner has undone it itself. Returns 0 or -errno. */
int guard_cancel(struct guard *guard, int id);

#endif
