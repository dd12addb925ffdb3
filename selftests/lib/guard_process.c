// SPDX-License-Identifier: GPL-2.0
#include "guard_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guard.h"
#include "monotonic.h"
#include "text_file.h"

#define DEATH_DEADLINE_MS 5000

/* What is to be undone, the last change last. */
struct changes {
	struct guard_action actions[GUARD_MAX_CHANGES];
	int count;
	int err;	/* of those for which there was no room: nobody undoes them */
};

/* Told before it was loaded: it may never have been. */
static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) && errno != ENOENT ? -1 : 0;
}

/* A write says more than its text (this is the user's choice): none without need. */
static int write_back(const char *path, const char *text)
{
	char now[256];

	if (text_file_read(path, now, sizeof(now)) >= 0 && !strcmp(now, text))
		return 0;
	return text_file_write(path, text);
}

static int undo_once(const struct guard_action *action)
{
	int err = 0;

	switch (action->kind) {
	case WRITE:
		return text_file_write(action->path, action->text);
	case KEEP:
		return write_back(action->path, action->text);
	case UNMOUNT:
		err = umount2(action->path, 0);
		break;
	case SWAPOFF:
		err = swapoff(action->path);
		break;
	case UNLINK:
		err = unlink(action->path);
		break;
	case RMDIR:
		err = rmdir(action->path);
		break;
	case KILL:
		err = kill(action->pid, SIGKILL);
		if (err && errno == ESRCH)
			err = 0;
		break;
	case CHMOD:
		err = chmod(action->path, action->mode);
		break;
	case UNLOAD:
		err = unload(action->path);
		break;
	case CANCEL:
	case CLOSE:
	case UNDO:
	case MKDIR:
	case CREATE:
		break;
	}
	return err ? -errno : 0;
}

/*
 * Who was stopped together with us may be on its way out, with a file open there,
 * or in the middle of loading; udev looks into each disk that is new or was written to.
 */
static int undo(const struct guard_action *action)
{
	long long end = monotonic_deadline_ms(DEATH_DEADLINE_MS);
	int err = undo_once(action);

	while ((err == -EBUSY || err == -EAGAIN) && monotonic_ms() < end) {
		usleep(10 * 1000);
		err = undo_once(action);
	}
	return err;
}

/* Undo from the last to the first, and forget; returns the first error met. */
static int undo_all(struct changes *changes)
{
	int first_err = changes->err;

	while (changes->count) {
		const struct guard_action *last = &changes->actions[--changes->count];
		int err = undo(last);

		if (err)
			fprintf(stderr, "# guard: cannot restore %s: %s\n", last->path,
				strerror(-err));
		if (err && !first_err)
			first_err = err;
	}
	changes->err = 0;
	return first_err;
}

static void forget(struct changes *changes, int id)
{
	struct guard_action *action = changes->actions, *end = action + changes->count;

	while (action < end && action->id != id)
		action++;
	if (action == end)
		return;
	memmove(action, action + 1, (end - action - 1) * sizeof(*action));
	changes->count--;
}

static int make_folder(struct guard_action *action)
{
	action->kind = RMDIR;
	return mkdir(action->path, 0700) ? -errno : 0;
}

/* Reading ->path makes something and tells its name; ->text is where to write that. */
static int create_by_reading(struct guard_action *action, struct guard_answer *answer)
{
	ssize_t length = text_file_read(action->path, answer->name, sizeof(answer->name));

	if (length < 0)
		return length;
	answer->name[strcspn(answer->name, "\n")] = '\0';
	action->kind = WRITE;
	memcpy(action->path, action->text, sizeof(action->path));
	memcpy(action->text, answer->name, sizeof(action->text));
	return 0;
}

/* Make it here, where no signal to the owner comes between, and answer in any case. */
static bool make(int socket, struct guard_action *action, bool has_room)
{
	struct guard_answer answer = { };

	if (!has_room)
		answer.err = -ENOSPC;
	else if (action->kind == MKDIR)
		answer.err = make_folder(action);
	else
		answer.err = create_by_reading(action, &answer);
	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
	return !answer.err;
}

/* All that there is by now, and answer. */
static void undo_so_far(int socket, struct changes *changes)
{
	struct guard_answer answer = { .err = undo_all(changes) };

	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
}

/* What the owner changes itself it changes without an answer: it hears of it at the end. */
static void miss(struct changes *changes, const struct guard_action *action)
{
	fprintf(stderr, "# guard: too many changes to restore %s\n", action->path);
	changes->err = -ENOSPC;
}

static void take_down(int socket, struct changes *changes, struct guard_action *action)
{
	bool takes = changes->count < GUARD_MAX_CHANGES;

	if (action->kind == MKDIR || action->kind == CREATE)
		takes = make(socket, action, takes);
	else if (!takes)
		miss(changes, action);
	if (takes)
		changes->actions[changes->count++] = *action;
}

/* What the owner is heard of: it goes on, it closes the guard, it is silent for good. */
enum heard { NEWS, CLOSED, SILENCE };

/* Take in what the owner said so far. */
static enum heard listen_to_owner(int socket, struct changes *changes)
{
	struct guard_action action;
	ssize_t got;

	while ((got = recv(socket, &action, sizeof(action), MSG_DONTWAIT)) > 0) {
		if (action.kind == CLOSE)
			return CLOSED;
		if (action.kind == UNDO)
			undo_so_far(socket, changes);
		else if (action.kind == CANCEL)
			forget(changes, action.id);
		else
			take_down(socket, changes, &action);
	}
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? NEWS : SILENCE;
}

/*
 * Hold on to nothing of the owner's but stderr: a dma-buf kept open here
 * would stay allocated. Its signals were blocked by the owner, and remain so.
 */
static void let_go(int socket, int owner)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	setsid();
	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != socket && fd != owner &&
		    fd != STDERR_FILENO && fd != dirfd(dir))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

void guard_process(int socket, int owner)
{
	static struct changes changes;
	struct pollfd poll_on[] = {
		{ .fd = socket, .events = POLLIN },
		{ .fd = owner, .events = POLLIN },
	};
	const struct guard_answer ready = { };
	enum heard heard = NEWS;

	let_go(socket, owner);
	send(socket, &ready, sizeof(ready), MSG_NOSIGNAL);
	while (heard == NEWS) {
		poll(poll_on, 2, -1);
		heard = listen_to_owner(socket, &changes);
		if (heard == NEWS && poll_on[1].revents)
			heard = SILENCE;
	}
	/* A process that dies lets go one thing after the other: all of them first. */
	if (heard == SILENCE)
		poll(&poll_on[1], 1, DEATH_DEADLINE_MS * monotonic_patience());
	_exit(-undo_all(&changes));
}
