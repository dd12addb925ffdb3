// SPDX-License-Identifier: GPL-2.0
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"

int program_own_folder(char folder[PATH_MAX])
{
	char self[PATH_MAX] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	snprintf(folder, PATH_MAX, "%s", dirname(self));
	return 0;
}

const char *program_find_cmabench(char path[PATH_MAX])
{
	static const char *const places[] = { "cmabench", "../bench/cmabench" };
	char folder[PATH_MAX];
	size_t i;

	if (program_own_folder(folder))
		return "needs /proc, to find cmabench beside this test";
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - 32, folder,
			 places[i]);
		if (access(path, X_OK) == 0)
			return NULL;
	}
	return "needs cmabench beside this test: build the target whole";
}

/* Groups can be left by root alone. */
static int become(uid_t uid)
{
	if (geteuid() == 0 && setgroups(0, NULL))
		return -errno;
	return setgid(uid) || setuid(uid) ? -errno : 0;
}

void program_become(const char *path, char *const arguments[], int output, int errors, uid_t uid)
{
	dup2(output, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	if (uid && become(uid))
		_exit(126);
	execv(path, arguments);
	_exit(127);
}

int program_start(struct program *program, const char *path,
		  char *const arguments[], uid_t uid)
{
	int ends[2];

	program->errors = memfd_create("errors", MFD_CLOEXEC);
	if (program->errors < 0 || pipe2(ends, O_CLOEXEC))
		return -errno;
	program->pid = fork();
	if (program->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		program_become(path, arguments, ends[1], program->errors, uid);
	}
	close(ends[1]);
	program->output = fdopen(ends[0], "r");
	return program->pid < 0 || !program->output ? -errno : 0;
}

int program_await(struct program *program, const char *text, char *line,
		  size_t size)
{
	while (fgets(line, size, program->output))
		if (strstr(line, text))
			return 1;
	return 0;
}

int program_end(struct program *program, char *errors, size_t size)
{
	char rest[4096];
	ssize_t length;
	int status;

	while (fgets(rest, sizeof(rest), program->output))
		;
	fclose(program->output);
	if (waitpid(program->pid, &status, 0) != program->pid)
		return -errno;
	length = pread(program->errors, errors, size - 1, 0);
	errors[length < 0 ? 0 : length] = '\0';
	close(program->errors);
	return status;
}
