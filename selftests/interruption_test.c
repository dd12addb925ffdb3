// SPDX-License-Identifier: GPL-2.0
/*
 * The other programs of this folder, each stopped at some point by a signal:
 * what they changed on the machine is put back all the same.
 *
 *	program --- test case --- guard		SIGINT, SIGTERM, SIGHUP, SIGQUIT,
 *			     \-- helpers	SIGSEGV: to the program or to all
 *						SIGKILL: to all but the guards,
 *						who are there for that
 *
 * A case whose program was stopped alone goes on to its end, and cleans up
 * itself: kselftest's harness has it in a process group of its own.
 *
 *	CMA_TESTS_INTERRUPTION_SECONDS=<s>	for so long, round after round; it
 *						is not for those who only want
 *						to know of their kernel
 *	CMA_TESTS_INTERRUPTION_PROGRAMS=<glob>	these of them
 *	CMA_TESTS_SEED=<seed>			the same order, signals and moments
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"
#include "harness.h"
#include "machine_state.h"
#include "sibling.h"
#include "text_file.h"

#define MAX_PROCESSES 256
/* The moment lies within this; most programs have done something by then. */
#define LATEST_MS 1200
/* What was stopped alone runs to its end, at most kselftest's own limit. */
#define END_DEADLINE_MS 60000
#define RESTORE_DEADLINE_MS 5000

FIXTURE(interruption)
{
	struct siblings siblings;
	int output;		/* of the programs, for what the guards say */
	unsigned int seed;
	struct machine_state before;
};

FIXTURE_SETUP(interruption)
{
	const struct rlimit no_core = { 0, 0 };
	const char *asked = getenv("CMA_TESTS_INTERRUPTION_PROGRAMS");
	const char *const programs[] = { asked ?: "*", NULL };

	if (!getenv("CMA_TESTS_INTERRUPTION_SECONDS"))
		SKIP_SETUP("needs CMA_TESTS_INTERRUPTION_SECONDS=<seconds>: stops the other tests");
	ASSERT_EQ(0, siblings_find(&self->siblings, programs));
	if (!self->siblings.count)
		SKIP_SETUP("needs %s beside this one: build the target whole",
			   asked ?: "the other tests");
	self->output = memfd_create("output", MFD_CLOEXEC);
	ASSERT_LE(0, self->output);
	self->seed = environment_seed();
	/* SIGQUIT and SIGSEGV would leave one of each. */
	ASSERT_EQ(0, setrlimit(RLIMIT_CORE, &no_core));
	/* Whose parents die becomes a child of ours, guards included. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_EQ(0, machine_state_read(&self->before));
}

FIXTURE_TEARDOWN(interruption)
{
	machine_state_free(&self->before);
	close(self->output);
}

/* What /proc tells of a process. */
struct process {
	int pid, parent, session;
};

static int list_processes(struct process list[MAX_PROCESSES])
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir)) && count < MAX_PROCESSES) {
		char path[64], text[1024], *end;

		list[count].pid = atoi(entry->d_name);
		snprintf(path, sizeof(path), "/proc/%d/stat", list[count].pid);
		if (list[count].pid <= 0 || text_file_read(path, text, sizeof(text)) < 0)
			continue;
		end = strrchr(text, ')');
		if (end && sscanf(end, ") %*c %d %*d %d", &list[count].parent,
				  &list[count].session) == 2)
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

static bool descends_from(const struct process *list, int count, int pid, int ancestor)
{
	int steps, i;

	for (steps = 0; steps < 8 && pid != ancestor; steps++) {
		for (i = 0; i < count && list[i].pid != pid; i++)
			;
		if (i == count)
			return false;
		pid = list[i].parent;
	}
	return pid == ancestor;
}

/* Send @signal to all below us. A guard leads a session of its own. */
static void signal_all(int signal)
{
	struct process list[MAX_PROCESSES];
	int count = list_processes(list), i;

	for (i = 0; i < count; i++)
		if (list[i].pid != getpid() && list[i].session != list[i].pid &&
		    descends_from(list, count, list[i].pid, getpid()))
			kill(list[i].pid, signal);
}

/* Not one that has come to its end: to stop that stops nothing. */
static bool still_runs(pid_t pid)
{
	siginfo_t end = { 0 };

	return !waitid(P_PID, pid, &end, WEXITED | WNOHANG | WNOWAIT) && !end.si_pid;
}

/* Until the moment comes, or its end. True: it is there to be stopped. */
static bool lives_until(pid_t pid, int moment_ms)
{
	long long end = monotonic_ms() + moment_ms;

	while (still_runs(pid) && monotonic_ms() < end)
		usleep(1000);
	return still_runs(pid);
}

/* All that descends from us has ended; false: something goes on. */
static bool wait_for_all(long long deadline_ms)
{
	long long end = monotonic_deadline_ms(deadline_ms);
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && monotonic_ms() < end)
		if (pid == 0)
			usleep(1000);
	return pid < 0 && errno == ECHILD;
}

/* The last that a guard complained of, or "". */
static void find_complaint(int output, char *line, size_t size)
{
	char text[4096] = "", *at, *next;
	off_t length = lseek(output, 0, SEEK_END);
	off_t from = length > (off_t)sizeof(text) - 1 ? length - sizeof(text) + 1 : 0;

	*line = '\0';
	if (pread(output, text, sizeof(text) - 1, from) < 0)
		return;
	for (at = text; (next = strstr(at, "# guard: ")); at = next + 1)
		snprintf(line, size, "%.*s", (int)strcspn(next, "\n"), next);
}

/* How a program is stopped. */
static const struct stop {
	const char *name;
	int signal;
	bool all;
} stops[] = {
	{ "SIGINT to it", SIGINT, false },
	{ "SIGINT to all", SIGINT, true },
	{ "SIGTERM to it", SIGTERM, false },
	{ "SIGTERM to all", SIGTERM, true },
	{ "SIGHUP to it", SIGHUP, false },
	{ "SIGHUP to all", SIGHUP, true },
	{ "SIGQUIT to it", SIGQUIT, false },
	{ "SIGQUIT to all", SIGQUIT, true },
	{ "SIGSEGV to it", SIGSEGV, false },
	{ "SIGSEGV to all", SIGSEGV, true },
	{ "SIGKILL to all but the guards", SIGKILL, true },
};

/* Is the machine as it was? If not, @line says where. */
static bool is_restored(const struct machine_state *before, char *line, size_t size)
{
	long long end = monotonic_deadline_ms(RESTORE_DEADLINE_MS);
	struct machine_state after;
	bool differs;

	do {
		if (machine_state_read(&after))
			return false;
		differs = machine_state_difference(before, &after, line, size);
		machine_state_free(&after);
	} while (differs && monotonic_ms() < end);
	return !differs;
}

TEST_F_TIMEOUT(interruption, stopped_program_restores_the_machine, 90000)
{
	long long seconds = atoll(getenv("CMA_TESTS_INTERRUPTION_SECONDS"));
	long long end = monotonic_ms() + seconds * 1000;
	unsigned int state = self->seed;
	int count = self->siblings.count, started = 0, stopped = 0;
	int first = rand_r(&state) % count;

	TH_LOG("seed %u", self->seed);
	while (monotonic_ms() < end) {
		const char *program = self->siblings.name[(first + started) % count];
		const struct stop *stop = &stops[rand_r(&state) % ARRAY_SIZE(stops)];
		int moment_ms = rand_r(&state) % LATEST_MS;
		pid_t pid = sibling_start(&self->siblings, program, self->output, 0);
		char line[512] = "", complaint[512];

		ASSERT_LT(0, pid);
		started++;
		stopped += lives_until(pid, moment_ms);
		kill(pid, stop->signal);
		if (stop->all)
			signal_all(stop->signal);
		EXPECT_TRUE(wait_for_all(END_DEADLINE_MS)) {
			TH_LOG("%s, %s after %d ms: something of it goes on", program, stop->name,
			       moment_ms);
		}
		EXPECT_TRUE(is_restored(&self->before, line, sizeof(line))) {
			find_complaint(self->output, complaint, sizeof(complaint));
			TH_LOG("%s, %s after %d ms: not restored: %s %s", program, stop->name,
			       moment_ms, line, complaint);
		}
		if (test_has_failed(_metadata))
			break;
	}
	EXPECT_LT(0, stopped) {
		TH_LOG("none of %d programs was stopped in %lld s: ask for more, or for another seed",
		       started, seconds);
	}
	TH_LOG("%d programs started of %d, %d stopped before their end", started, count, stopped);
}

TEST_HARNESS_MAIN
