// SPDX-License-Identifier: GPL-2.0
#include "trace_event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "text_file.h"

static const char *const roots[] = {
	"/sys/kernel/tracing/instances",
	"/sys/kernel/debug/tracing/instances",
};

static void entry_path(const struct trace *trace, const char *entry, char *path,
		       size_t size)
{
	snprintf(path, size, "%s/%s", trace->instance, entry);
}

int trace_open(struct trace *trace, struct guard *guard, const char *name)
{
	const char *root = text_file_exists(roots[0]) ? roots[0] : roots[1];

	trace->guard = guard;
	snprintf(trace->instance, sizeof(trace->instance), "%s/cma-tests-%s-%d",
		 root, name, getpid());
	trace->rmdir_id = guard_mkdir(guard, trace->instance);
	return trace->rmdir_id < 0 ? trace->rmdir_id : 0;
}

void trace_close(struct trace *trace)
{
	if (!trace->guard)
		return;
	if (rmdir(trace->instance) == 0)
		guard_cancel(trace->guard, trace->rmdir_id);
	trace->guard = NULL;
}

int trace_enable(struct trace *trace, const char *event)
{
	char entry[128], path[256];

	snprintf(entry, sizeof(entry), "events/%s/enable", event);
	entry_path(trace, entry, path, sizeof(path));
	return text_file_write(path, "1");
}

int trace_clear(struct trace *trace)
{
	char path[256];
	int fd;

	entry_path(trace, "trace", path, sizeof(path));
	/* Opening for writing with O_TRUNC is what empties the buffer. */
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Is the line's program, "<comm>-<pid>", a known one and not called @comm? */
static bool is_of_others(const char *line, const char *comm)
{
	size_t length = strlen(comm);

	line += strspn(line, " ");
	if (strncmp(line, "<...>-", 6) == 0)
		return false;
	return strncmp(line, comm, length) || line[length] != '-';
}

struct scan {
	const char *event;
	const char *also;
	const char *others_than;	/* comm, or NULL for all programs */
	char *last;			/* the last match, if not NULL */
	size_t last_size;
};

/* Number of matching lines, or -errno. */
static long scan(struct trace *trace, const struct scan *what)
{
	char path[256], mark[128], *text, *line, *next;
	ssize_t length;
	long count = 0;

	snprintf(mark, sizeof(mark), " %s: ", what->event);
	entry_path(trace, "trace", path, sizeof(path));
	length = text_file_read_all(path, &text);
	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (line[0] == '#' || !strstr(line, mark) ||
		    !strstr(line, what->also))
			continue;
		if (what->others_than && !is_of_others(line, what->others_than))
			continue;
		count++;
		if (what->last)
			snprintf(what->last, what->last_size, "%s", line);
	}
	free(text);
	return count;
}

long trace_count(struct trace *trace, const char *event, const char *also)
{
	return scan(trace, &(struct scan) { .event = event, .also = also });
}

long trace_count_others(struct trace *trace, const char *event,
			const char *also)
{
	char comm[16] = "";

	prctl(PR_GET_NAME, comm);
	return scan(trace, &(struct scan) {
		.event = event, .also = also, .others_than = comm,
	});
}

int trace_last(struct trace *trace, const char *event, char *line, size_t size)
{
	long count = scan(trace, &(struct scan) {
		.event = event, .also = "", .last = line, .last_size = size,
	});

	if (count < 0)
		return count;
	return count ? 0 : -ENOENT;
}
