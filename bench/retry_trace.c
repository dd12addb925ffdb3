// SPDX-License-Identifier: GPL-2.0
#include "retry_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "phase_times.h"
#include "text_file.h"

static const char *const roots[] = {
	"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
};

static void entry_path(const struct retry_trace *trace, const char *entry,
		       char path[192])
{
	snprintf(path, 192, "%s/%s", trace->folder, entry);
}

static int write_entry(const struct retry_trace *trace, const char *entry,
		       const char *text)
{
	char path[192];

	entry_path(trace, entry, path);
	return text_file_write(path, text);
}

static int make_instance(struct retry_trace *trace)
{
	int made = -ENOENT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(roots); i++) {
		snprintf(trace->folder, sizeof(trace->folder),
			 "%s/instances/cmabench-%d", roots[i], getpid());
		made = guard_mkdir(&trace->guard, trace->folder);
		if (made > 0)
			return 0;
	}
	trace->folder[0] = '\0';
	return made;
}

int retry_trace_open(struct retry_trace *trace, struct reason *why)
{
	char pid[24];
	int err = guard_open(&trace->guard);

	if (!err)
		err = make_instance(trace);
	if (err) {
		guard_close(&trace->guard);
		return refuse(why, err,
			      "no retries: cannot make a folder in /sys/kernel/tracing/instances: %s (tracefs mounted, root, CONFIG_FTRACE)",
			      strerror(-err));
	}
	snprintf(pid, sizeof(pid), "%d", getpid());
	err = write_entry(trace, "tracing_on", "0");
	if (!err)
		err = write_entry(trace, "set_event_pid", pid);
	/* Threads too, where the kernel can (4.12). */
	write_entry(trace, "options/event-fork", "1");
	if (err) {
		retry_trace_close(trace);
		return refuse(why, err, "no retries: tracefs instance refuses to be set up: %s",
			      strerror(-err));
	}
	return 0;
}

/* Opening the file with O_TRUNC is what empties the buffer. */
static int clear_buffer(const struct retry_trace *trace)
{
	char path[192];
	int fd;

	entry_path(trace, "trace", path);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int retry_trace_add(const struct retry_trace *trace, const char *group)
{
	char entry[64];
	int err;

	snprintf(entry, sizeof(entry), "events/%.32s/enable", group);
	err = write_entry(trace, entry, "1");
	return err ? err : write_entry(trace, "events/sched/sched_switch/enable",
				       "1");
}

/* Events are on during the traced pass only: they cost even when unread. */
int retry_trace_start(const struct retry_trace *trace)
{
	int err = clear_buffer(trace);

	if (!err)
		err = write_entry(trace, "events/cma/enable", "1");
	if (!err)
		err = write_entry(trace, "tracing_on", "1");
	return err;
}

static bool events_lost(const struct retry_trace *trace)
{
	char path[192], text[1024], entry[48];
	long cpu, cpus = sysconf(_SC_NPROCESSORS_CONF);
	const char *at;

	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(entry, sizeof(entry), "per_cpu/cpu%ld/stats", cpu);
		entry_path(trace, entry, path);
		if (text_file_read(path, text, sizeof(text)) < 0)
			continue;
		at = strstr(text, "overrun: ");
		if (at && strtoull(at + strlen("overrun: "), NULL, 10))
			return true;
	}
	return false;
}

/*
 *	... cma_alloc_start: name=reserved count=4096 align=0
 *	... cma_alloc_busy_retry: name=reserved pfn=0x78000 ... align=0
 *	... cma_alloc_finish: name=reserved pfn=... align=0 errorno=0
 */
static void read_line(const char *line, struct sample *sample)
{
	const char *errorno = strstr(line, " errorno=");

	if (strstr(line, ": cma_alloc_busy_retry:"))
		sample->retries++;
	if (!strstr(line, ": cma_alloc_finish:") || !errorno ||
	    !sample->error)
		return;
	sample->error = abs(atoi(errorno + strlen(" errorno=")));
	sample->error_source = ERROR_FROM_TRACE;
}

void retry_trace_stop(const struct retry_trace *trace, struct sample *sample)
{
	char path[192], *text, *line, *next;

	write_entry(trace, "tracing_on", "0");
	write_entry(trace, "events/cma/enable", "0");
	entry_path(trace, "trace", path);
	if (events_lost(trace) || text_file_read_all(path, &text) < 0) {
		if (trace->times)
			trace->times->is_lost = true;
		return;
	}
	sample->has_retries = true;
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		read_line(line, sample);
		if (trace->times)
			phase_times_line(trace->times, line);
	}
	free(text);
}

int retry_trace_enlarge(const struct retry_trace *trace, const char *kbytes)
{
	return write_entry(trace, "buffer_size_kb", kbytes);
}

void retry_trace_close(struct retry_trace *trace)
{
	guard_close(&trace->guard);
	trace->folder[0] = '\0';
}
