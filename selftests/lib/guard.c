// SPDX-License-Identifier: GPL-2.0
#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard_process.h"
#include "text_file.h"

/* Wait for the guard's answer to what it was told, as @told. */
static int hear_answer(struct guard *guard, int told, struct guard_answer *answer)
{
	if (told < 0)
		return told;
	while (recv(guard->socket, answer, sizeof(*answer), 0) != sizeof(*answer))
		if (errno != EINTR)
			return -ECHILD;
	return answer->err ? answer->err : told;
}

/* A guard that is stopped with its owner guards nothing: no signal until it has a session. */
static pid_t fork_deaf(void)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid)
		sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

int guard_open(struct guard *guard)
{
	struct guard_answer ready;
	int pair[2], owner;

	memset(guard, 0, sizeof(*guard));
	owner = syscall(SYS_pidfd_open, getpid(), 0);
	if (owner < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		close(owner);
		return -errno;
	}
	guard->pid = fork_deaf();
	if (guard->pid == 0) {
		close(pair[0]);
		guard_process(pair[1], owner);
	}
	close(owner);
	close(pair[1]);
	guard->socket = pair[0];
	if (guard->pid < 0) {
		close(pair[0]);
		return -EAGAIN;
	}
	/* Nothing is changed before the guard is out of reach of what stops its owner. */
	if (!hear_answer(guard, 0, &ready))
		return 0;
	guard_close(guard);
	return -EAGAIN;
}

static int tell(struct guard *guard, struct guard_action *action)
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
	struct guard_action last = { .kind = CLOSE };
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

static int tell_path(struct guard *guard, enum guard_action_kind kind,
		     const char *path, const char *text)
{
	struct guard_action action = { .kind = kind };

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

int guard_unload(struct guard *guard, const char *name)
{
	return tell_path(guard, UNLOAD, name, "");
}

int guard_undo(struct guard *guard)
{
	struct guard_action action = { .kind = UNDO };
	struct guard_answer answer;
	int told = hear_answer(guard, tell(guard, &action), &answer);

	return told < 0 ? told : 0;
}

int guard_mkdir(struct guard *guard, const char *path)
{
	struct guard_answer answer;

	return hear_answer(guard, tell_path(guard, MKDIR, path, ""), &answer);
}

int guard_create(struct guard *guard, const char *create, const char *remove,
		 char *name, size_t size)
{
	struct guard_answer answer;
	int told = hear_answer(guard, tell_path(guard, CREATE, create, remove), &answer);

	if (told > 0)
		snprintf(name, size, "%s", answer.name);
	return told;
}

int guard_kill(struct guard *guard, pid_t pid)
{
	struct guard_action action = { .kind = KILL, .pid = pid };

	return tell(guard, &action);
}

int guard_chmod(struct guard *guard, const char *path, mode_t mode)
{
	struct guard_action action = { .kind = CHMOD };
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

bool guard_lacks(int err)
{
	return err == -ENODEV || err == -ENOENT || err == -EACCES || err == -EPERM;
}

int guard_cancel(struct guard *guard, int id)
{
	struct guard_action action = { .kind = CANCEL, .id = id };
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
