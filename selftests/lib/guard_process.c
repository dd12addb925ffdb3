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

#include "monotonic.h"
#include "text_file.h"

#define MAX_ACTIONS 256
#define DEATH_DEADLINE_MS 5000

/*
 * Who was stopped together with us may be on its way out, with a file open there,
 * or in the middle of loading.
 */
static int be_patient(int (*undo_once)(const char *name), const char *name)
{
	int ms;

	for (ms = 0; undo_once(name); ms += 10) {
		if ((errno != EBUSY && errno != EAGAIN) ||
		    ms >= DEATH_DEADLINE_MS * monotonic_patience())
			return -1;
		usleep(10 * 1000);
	}
	return 0;
}

static int unmount(const char *path)
{
	return umount2(path, 0);
}

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

static int undo(const struct guard_action *action)
{
	int err = 0;

	switch (action->kind) {
	case WRITE:
		return text_file_write(action->path, action->text);
	case KEEP:
		return write_back(action->path, action->text);
	case UNMOUNT:
		err = be_patient(unmount, action->path);
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
		err = be_patient(unload, action->path);
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

/* Undo from the last to the first; returns the first error met. */
static int undo_all(const struct guard_action *actions, int count)
{
	int first_err = 0;

	while (count--) {
		int err = undo(&actions[count]);

		if (err)
			fprintf(stderr, "# guard: cannot restore %s: %s\n",
				actions[count].path, strerror(-err));
		if (err && !first_err)
			first_err = err;
	}
	return first_err;
}

static int remove_action(struct guard_action *actions, int count, int id)
{
	int i;

	for (i = 0; i < count; i++) {
		if (actions[i].id != id)
			continue;
		memmove(&actions[i], &actions[i + 1],
			(count - i - 1) * sizeof(*actions));
		return count - 1;
	}
	return count;
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

/* Make it here, where no signal to the owner comes between, and answer. */
static bool make(int socket, struct guard_action *action)
{
	struct guard_answer answer = { };

	answer.err = action->kind == MKDIR ? make_folder(action) :
					     create_by_reading(action, &answer);
	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
	return !answer.err;
}

/* All that there is by now, and answer. */
static void undo_so_far(int socket, struct guard_action *actions, int *count)
{
	struct guard_answer answer = { .err = undo_all(actions, *count) };

	*count = 0;
	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
}

static bool is_making(enum guard_action_kind kind)
{
	return kind == MKDIR || kind == CREATE;
}

/* What the owner is heard of: it goes on, it closes the guard, it is silent for good. */
enum heard { NEWS, CLOSED, SILENCE };

/* Take in what the owner said so far. */
static enum heard listen_to_owner(int socket, struct guard_action *actions, int *count)
{
	struct guard_action action;
	ssize_t got;

	while ((got = recv(socket, &action, sizeof(action), MSG_DONTWAIT)) > 0) {
		if (action.kind == CLOSE)
			return CLOSED;
		if (action.kind == UNDO)
			undo_so_far(socket, actions, count);
		else if (action.kind == CANCEL)
			*count = remove_action(actions, *count, action.id);
		else if (*count < MAX_ACTIONS &&
			 (!is_making(action.kind) || make(socket, &action)))
			actions[(*count)++] = action;
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
	static struct guard_action actions[MAX_ACTIONS];
	struct pollfd poll_on[] = {
		{ .fd = socket, .events = POLLIN },
		{ .fd = owner, .events = POLLIN },
	};
	const struct guard_answer ready = { };
	enum heard heard = NEWS;
	int count = 0;

	let_go(socket, owner);
	send(socket, &ready, sizeof(ready), MSG_NOSIGNAL);
	while (heard == NEWS) {
		poll(poll_on, 2, -1);
		heard = listen_to_owner(socket, actions, &count);
		if (heard == NEWS && poll_on[1].revents)
			heard = SILENCE;
	}
	/* A process that dies lets go one thing after the other: all of them first. */
	if (heard == SILENCE)
		poll(&poll_on[1], 1, DEATH_DEADLINE_MS * monotonic_patience());
	_exit(-undo_all(actions, count));
}
