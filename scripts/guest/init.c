// SPDX-License-Identifier: GPL-2.0
/*
 * init - the first and only process of the guest
 *
 * Mounts what the tests read, loads what is in /modules, does what /plan says,
 * line by line, and powers off. Verdicts and records leave through virtio-serial
 * ports by name, so that nothing the kernel prints can damage them. The port "story" tells what
 * happened in JSON lines: start, begin and exit of each stage, how long each
 * program of a folder took, end. A host that finds no "end" knows that the guest
 * did not get there. A kernel with kmemleak is asked at last what was left
 * behind, by the suites of the boot too.
 *
 * /plan:
 *   run <stage> <program> [argument ...]   the program's output to port <stage>
 *   each <stage> <folder> [glob ...]       all programs of a folder, as one KTAP;
 *					    the first glob that fits decides, !glob leaves out
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_ARGUMENTS 64
#define BLANKS "\n "
/*
 * A program that takes longer is stopped and reported. The kernel hands init
 * what it does not know on its command line: for a slow one, CMA_TESTS_PATIENCE=4; for
 * what was asked to go on for longer, more_seconds=3600.
 */
#define PROGRAM_TIMEOUT_S 120
#define KSELFTEST_SKIP 4

static int story = -1;
/* What signals were blocked before init blocked its own. */
static sigset_t programs_signals;

static void tell(const char *format, ...)
{
	char line[512];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (story < 0 || write(story, line, length) != length)
		fprintf(stderr, "init: %s", line);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void mount_file_systems(void)
{
	static const struct {
		const char *type, *target;
	} mounts[] = {
		{ "devtmpfs", "/dev" },
		{ "devpts", "/dev/pts" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
		{ "tmpfs", "/tmp" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, NULL))
			fprintf(stderr, "init: cannot mount %s on %s: %s\n", mounts[i].type,
				mounts[i].target, strerror(errno));
	}
}

static int is_module(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && !strcmp(end, ".ko");
}

/* A distribution's kernel has its ports in modules: all of /modules, by name. */
static void load_modules(void)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int count = scandir("/modules", &entries, is_module, alphasort);

	for (int i = 0; i < count; i++) {
		int file;

		snprintf(path, sizeof(path), "/modules/%s", entries[i]->d_name);
		file = open(path, O_RDONLY | O_CLOEXEC);
		if (syscall(SYS_finit_module, file, "", 0) && errno != EEXIST)
			fprintf(stderr, "init: cannot load %s: %s\n", path, strerror(errno));
		close(file);
	}
}

/* The device of the port that the host calls @name; -1 if there is none. */
static int try_open_port(const char *name)
{
	char path[PATH_MAX], found[64];
	struct dirent *entry;
	int port = -1;
	DIR *folder;

	folder = opendir("/sys/class/virtio-ports");
	if (!folder)
		return -1;
	while (port < 0 && (entry = readdir(folder))) {
		FILE *file;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%63s", found) == 1 && !strcmp(found, name)) {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			port = open(path, O_WRONLY | O_CLOEXEC);
		}
		fclose(file);
	}
	closedir(folder);
	return port;
}

/* Ports appear when the driver has talked to the host: wait for that. */
static int open_port(const char *name)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	long long deadline_ms = now_ms() + 10000;
	int port;

	while ((port = try_open_port(name)) < 0 && now_ms() < deadline_ms)
		nanosleep(&pause, NULL);
	if (port < 0)
		fprintf(stderr, "init: expected a virtio port '%s', found none\n", name);
	return port;
}

static int number_of(const char *name, int otherwise)
{
	const char *value = getenv(name);

	return value ? atoi(value) : otherwise;
}

static int program_timeout_s(void)
{
	return PROGRAM_TIMEOUT_S * number_of("CMA_TESTS_PATIENCE", 1) +
	       number_of("more_seconds", 0);
}

/* @errors: where complaints go, or -1 for the console. */
static pid_t start_program(char *const arguments[], int output, int errors)
{
	pid_t child = fork();

	if (child)
		return child;
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, &programs_signals, NULL);
	dup2(output, STDOUT_FILENO);
	if (errors >= 0)
		dup2(errors, STDERR_FILENO);
	execv(arguments[0], arguments);
	dprintf(STDERR_FILENO, "init: cannot run %s: %s\n", arguments[0], strerror(errno));
	_exit(127);
}

/* Wait for @child, at most @timeout_s; then it and its group are killed. */
static int wait_for_program(pid_t child, int timeout_s, int *timed_out)
{
	const struct timespec timeout = { .tv_sec = timeout_s };
	sigset_t child_signal;
	int status = 0;

	*timed_out = 0;
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	for (;;) {
		pid_t reaped = waitpid(-1, &status, WNOHANG);

		if (reaped == child)
			break;
		if (reaped > 0)
			continue;
		if (sigtimedwait(&child_signal, NULL, &timeout) < 0 && errno == EAGAIN) {
			*timed_out = 1;
			kill(-child, SIGKILL);
			waitpid(child, &status, 0);
			break;
		}
	}
	kill(-child, SIGKILL);
	return status;
}

static void copy_indented(FILE *from, int to)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, from) > 0)
		dprintf(to, "  %s", line);
	free(line);
}

/* One program of a folder: its own KTAP indented, then its line in ours. */
static void run_test_program(const char *folder, const char *name, int number, int port)
{
	char path[PATH_MAX];
	char *const arguments[] = { path, NULL };
	int status, timed_out;
	long long begin_ms;
	FILE *output;

	dprintf(port, "  # Subtest: %s\n", name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	output = tmpfile();
	if (!output) {
		dprintf(port, "not ok %d %s # no room in /tmp for its output\n", number, name);
		return;
	}
	begin_ms = now_ms();
	status = wait_for_program(start_program(arguments, fileno(output), fileno(output)),
				  program_timeout_s(), &timed_out);
	tell("{\"event\":\"program\",\"name\":\"%s\",\"elapsed_ms\":%lld}\n", name,
	     now_ms() - begin_ms);
	rewind(output);
	copy_indented(output, port);
	fclose(output);
	if (timed_out)
		dprintf(port, "not ok %d %s # TIMEOUT after %d seconds\n", number, name,
			program_timeout_s());
	else if (WIFSIGNALED(status))
		dprintf(port, "not ok %d %s # killed by signal %d\n", number, name,
			WTERMSIG(status));
	else if (WEXITSTATUS(status) == KSELFTEST_SKIP)
		dprintf(port, "ok %d %s # SKIP all of its cases\n", number, name);
	else if (WEXITSTATUS(status))
		dprintf(port, "not ok %d %s # exit=%d\n", number, name, WEXITSTATUS(status));
	else
		dprintf(port, "ok %d %s\n", number, name);
}

static char *const *wanted_globs;

static int is_wanted(const struct dirent *entry)
{
	char *const *glob;

	if (entry->d_name[0] == '.')
		return 0;
	for (glob = wanted_globs; *glob; glob++)
		if (!fnmatch(*glob + (**glob == '!'), entry->d_name, 0))
			return **glob != '!';
	return 0;
}

static int run_each(char *const arguments[], int port)
{
	static char *const all[] = { "*", NULL };
	struct dirent **entries;
	int count;

	wanted_globs = arguments[1] ? arguments + 1 : all;
	count = scandir(arguments[0], &entries, is_wanted, alphasort);
	dprintf(port, "KTAP version 1\n1..%d\n", count > 0 ? count : 0);
	for (int i = 0; i < count; i++)
		run_test_program(arguments[0], entries[i]->d_name, i + 1, port);
	return 0;
}

static int run_one(char *const arguments[], int port, int *timed_out)
{
	return wait_for_program(start_program(arguments, port, -1), 10 * program_timeout_s(),
				timed_out);
}

static void carry_out(char *line)
{
	char *words[MAX_ARGUMENTS + 1] = { NULL };
	int count = 0, status = 0, timed_out = 0, port;
	long long begin_ms;

	for (char *word = strtok(line, BLANKS); word && count < MAX_ARGUMENTS;
	     word = strtok(NULL, BLANKS))
		words[count++] = word;
	if (count < 3)
		return;
	tell("{\"event\":\"begin\",\"stage\":\"%s\"}\n", words[1]);
	port = open_port(words[1]);
	begin_ms = now_ms();
	if (port >= 0 && !strcmp(words[0], "each"))
		status = run_each(words + 2, port);
	else if (port >= 0)
		status = run_one(words + 2, port, &timed_out);
	if (port < 0)
		status = W_EXITCODE(2, 0);
	tell("{\"event\":\"exit\",\"stage\":\"%s\",\"status\":%d,\"signal\":%d,\"timed_out\":%d,\"elapsed_ms\":%lld}\n",
	     words[1], WIFEXITED(status) ? WEXITSTATUS(status) : 0,
	     WIFSIGNALED(status) ? WTERMSIG(status) : 0, timed_out, now_ms() - begin_ms);
	if (port >= 0)
		close(port);
}

static void carry_out_plan(void)
{
	char line[4096];
	FILE *plan = fopen("/plan", "re");

	if (!plan)
		return;
	while (fgets(line, sizeof(line), plan))
		carry_out(line);
	fclose(plan);
}

/*
 * kmemleak's own thread first looks after a minute, which most guests do not
 * live. It speaks of an object that is five seconds old and was unreferenced,
 * with the same contents, in two scans. Its number of leaks goes to the console
 * as a message of the kernel, which fails the boot; what they are goes below it.
 */
static void look_for_leaks(void)
{
	const struct timespec age = { .tv_sec = 5, .tv_nsec = 100000000 };
	int leaks = open("/sys/kernel/debug/kmemleak", O_RDWR | O_CLOEXEC);
	char text[4096];
	ssize_t length;

	if (leaks < 0)
		return;
	nanosleep(&age, NULL);
	for (int scan = 0; scan < 2; scan++)
		if (write(leaks, "scan", 4) != 4)
			fprintf(stderr, "init: kmemleak does not scan: %s\n", strerror(errno));
	while ((length = read(leaks, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, length) != length)
			break;
	close(leaks);
}

/* Programs' complaints belong on the console, next to the kernel's. */
static void open_console(void)
{
	int console = open("/dev/console", O_RDWR);

	if (console < 0)
		return;
	dup2(console, STDIN_FILENO);
	dup2(console, STDOUT_FILENO);
	dup2(console, STDERR_FILENO);
	if (console > STDERR_FILENO)
		close(console);
}

int main(void)
{
	sigset_t child_signal;

	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_signal, &programs_signals);

	mount_file_systems();
	open_console();
	load_modules();
	/* Nobody else allocates in this guest: tests may ask for all of an area. */
	setenv("CMA_TESTS_OWN_MACHINE", "1", 1);
	story = open_port("story");
	tell("{\"event\":\"start\"}\n");
	carry_out_plan();
	look_for_leaks();
	tell("{\"event\":\"end\"}\n");
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
