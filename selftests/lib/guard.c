// SPDX-License-Identifier: GPL-2.0
#include "guard.h"

#include <dirent.h>
#include <errno.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include "text_file.h"

#define MAX_ACTIONS 256
#define DEATH_DEADLINE_MS 5000

enum action_kind {
	CANCEL, CLOSE, MKDIR, CREATE, WRITE, KEEP, UNMOUNT, SWAPOFF, UNLINK, RMDIR, KILL,
	CHMOD, UNDO
};

struct action {
	enum action_kind kind;
	int id;
	pid_t pid;
	mode_t mode;
	char path[256];
	char text[256];
};

/* The guard's answer: what it made in the owner's stead, how it went. */
struct made {
	int err;
	char name[256];
};

/* Who was stopped together with us may be on its way out, with a file open there. */
static int unmount(const char *path)
{
	int ms;

	for (ms = 0; umount2(path, 0); ms += 10) {
		if (errno != EBUSY || ms >= DEATH_DEADLINE_MS)
			return -1;
		usleep(10 * 1000);
	}
	return 0;
}

/* A write says more than its text (this is the user's choice): none without need. */
static int write_back(const char *path, const char *text)
{
	char now[256];

	if (text_file_read(path, now, sizeof(now)) >= 0 && !strcmp(now, text))
		return 0;
	return text_file_write(path, text);
}

static int undo(const struct action *action)
{
	int err = 0;

	switch (action->kind) {
	case WRITE:
		return text_file_write(action->path, action->text);
	case KEEP:
		return write_back(action->path, action->text);
	case UNMOUNT:
		err = unmount(action->path);
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
static int undo_all(const struct action *actions, int count)
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

static int remove_action(struct action *actions, int count, int id)
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

static int make_folder(struct action *action)
{
	action->kind = RMDIR;
	return mkdir(action->path, 0700) ? -errno : 0;
}

/* Reading ->path makes something and tells its name; ->text is where to write that. */
static int create_by_reading(struct action *action, struct made *made)
{
	ssize_t length = text_file_read(action->path, made->name, sizeof(made->name));

	if (length < 0)
		return length;
	made->name[strcspn(made->name, "\n")] = '\0';
	action->kind = WRITE;
	memcpy(action->path, action->text, sizeof(action->path));
	memcpy(action->text, made->name, sizeof(action->text));
	return 0;
}

/* Make it here, where no signal to the owner comes between, and answer. */
static bool make(int socket, struct action *action)
{
	struct made made = { };

	made.err = action->kind == MKDIR ? make_folder(action) : create_by_reading(action, &made);
	send(socket, &made, sizeof(made), MSG_NOSIGNAL);
	return !made.err;
}

/* All that there is by now, and answer. */
static void undo_so_far(int socket, struct action *actions, int *count)
{
	struct made answer = { .err = undo_all(actions, *count) };

	*count = 0;
	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
}

static bool is_making(enum action_kind kind)
{
	return kind == MKDIR || kind == CREATE;
}

/* What the owner is heard of: it goes on, it closes the guard, it is silent for good. */
enum heard { NEWS, CLOSED, SILENCE };

/* Take in what the owner said so far. */
static enum heard listen_to_owner(int socket, struct action *actions, int *count)
{
	struct action action;
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
 * would stay allocated.
 */
static void let_go(int socket, int owner)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != socket && fd != owner &&
		    fd != STDERR_FILENO && fd != dirfd(dir))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

static void keep_guard(int socket, int owner)
{
	static struct action actions[MAX_ACTIONS];
	struct pollfd poll_on[] = {
		{ .fd = socket, .events = POLLIN },
		{ .fd = owner, .events = POLLIN },
	};
	enum heard heard = NEWS;
	int count = 0;

	let_go(socket, owner);
	while (heard == NEWS) {
		poll(poll_on, 2, -1);
		heard = listen_to_owner(socket, actions, &count);
		if (heard == NEWS && poll_on[1].revents)
			heard = SILENCE;
	}
	/* A process that dies lets go one thing after the other: all of them first. */
	if (heard == SILENCE)
		poll(&poll_on[1], 1, DEATH_DEADLINE_MS);
	_exit(-undo_all(actions, count));
}

int guard_open(struct guard *guard)
{
	int pair[2], owner;

	memset(guard, 0, sizeof(*guard));
	owner = syscall(SYS_pidfd_open, getpid(), 0);
	if (owner < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		close(owner);
		return -errno;
	}
	guard->pid = fork();
	if (guard->pid == 0) {
		close(pair[0]);
		keep_guard(pair[1], owner);
	}
	close(owner);
	close(pair[1]);
	guard->socket = pair[0];
	if (guard->pid > 0)
		return 0;
	close(pair[0]);
	return -EAGAIN;
}

static int tell(struct guard *guard, struct action *action)
{
	if (guard->pid <= 0)
		return -ESRCH;
	if (action->kind != CANCEL)
		action->id = ++guard->next_id;
	if (send(guard->socket, action, sizeof(*action), MSG_NOSIGNAL) < 0)
		return -errno;
	return action->id;
}

int guard_close(struct guard *guard)
{
	struct action last = { .kind = CLOSE };
	int status = 0;

	if (guard->pid <= 0)
		return 0;
	tell(guard, &last);
	close(guard->socket);
	while (waitpid(guard->pid, &status, 0) < 0 && errno == EINTR)
		;
	guard->pid = 0;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static int tell_path(struct guard *guard, enum action_kind kind,
		     const char *path, const char *text)
{
	struct action action = { .kind = kind };

	if (strlen(path) >= sizeof(action.path) ||
	    strlen(text) >= sizeof(action.text))
		return -ENAMETOOLONG;
	memcpy(action.path, path, strlen(path));
	memcpy(action.text, text, strlen(text));
	return tell(guard, &action);
}

int guard_write(struct guard *guard, const char *path, const char *text)
{
	return tell_path(guard, WRITE, path, text);
}

int guard_keep_file(struct guard *guard, const char *path)
{
	char now[256];
	ssize_t length = text_file_read(path, now, sizeof(now));

	return length < 0 ? length : tell_path(guard, KEEP, path, now);
}

int guard_unmount(struct guard *guard, const char *path)
{
	return tell_path(guard, UNMOUNT, path, "");
}

int guard_swapoff(struct guard *guard, const char *path)
{
	return tell_path(guard, SWAPOFF, path, "");
}

int guard_unlink(struct guard *guard, const char *path)
{
	return tell_path(guard, UNLINK, path, "");
}

/* Wait for the guard's answer to what it was told, as @told. */
static int hear_of_made(struct guard *guard, int told, struct made *made)
{
	if (told < 0)
		return told;
	while (recv(guard->socket, made, sizeof(*made), 0) != sizeof(*made))
		if (errno != EINTR)
			return -ECHILD;
	return made->err ? made->err : told;
}

int guard_undo(struct guard *guard)
{
	struct action action = { .kind = UNDO };
	struct made answer;
	int told = hear_of_made(guard, tell(guard, &action), &answer);

	return told < 0 ? told : 0;
}

int guard_mkdir(struct guard *guard, const char *path)
{
	struct made made;

	return hear_of_made(guard, tell_path(guard, MKDIR, path, ""), &made);
}

int guard_create(struct guard *guard, const char *create, const char *remove,
		 char *name, size_t size)
{
	struct made made;
	int told = hear_of_made(guard, tell_path(guard, CREATE, create, remove), &made);

	if (told > 0)
		snprintf(name, size, "%s", made.name);
	return told;
}

int guard_kill(struct guard *guard, pid_t pid)
{
	struct action action = { .kind = KILL, .pid = pid };

	return tell(guard, &action);
}

int guard_chmod(struct guard *guard, const char *path, mode_t mode)
{
	struct action action = { .kind = CHMOD };
	struct stat status;
	int told;

	if (stat(path, &status))
		return -errno;
	action.mode = status.st_mode & 07777;
	if (strlen(path) >= sizeof(action.path))
		return -ENAMETOOLONG;
	memcpy(action.path, path, strlen(path));
	told = tell(guard, &action);
	if (told < 0)
		return told;
	if (chmod(path, mode)) {
		int err = -errno;

		guard_cancel(guard, told);
		return err;
	}
	return 0;
}

int guard_cancel(struct guard *guard, int id)
{
	struct action action = { .kind = CANCEL, .id = id };
	int told = tell(guard, &action);

	return told < 0 ? told : 0;
}

int guard_set_file(struct guard *guard, const char *path, const char *text)
{
	char old[256], *word, *end;
	ssize_t length = text_file_read(path, old, sizeof(old));
	int told, err;

	if (length < 0)
		return length;
	word = strchr(old, '[');
	end = word ? strchr(word, ']') : NULL;
	if (end)
		*end = '\0';
	told = guard_write(guard, path, end ? word + 1 : old);
	if (told < 0)
		return told;
	err = text_file_write(path, text);
	if (err)
		guard_cancel(guard, told);
	return err;
}
