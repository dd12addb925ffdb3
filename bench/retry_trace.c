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

#define FRAMES_EVENT "events/page_isolation/test_pages_isolated/enable"

/* Frames that were in the way of one allocation, as many as are told apart. */
struct frames {
	struct frame {
		__u64 pfn, times;
	} frame[64];
	size_t count;
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
	trace->tells_retries = !write_entry(trace, "events/cma/cma_alloc_busy_retry/enable", "0");
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

	/* Without it the frames in the way are not known, the retries are. */
	write_entry(trace, FRAMES_EVENT, "1");
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

/* ... test_pages_isolated: start_pfn=0x57600 end_pfn=0x57800 fin_pfn=0x57611 ret=fail */
static void count_frame(const char *line, struct frames *frames)
{
	const char *at = strstr(line, ": test_pages_isolated: ");
	unsigned long long start, end, pfn;
	size_t i;

	if (!at || sscanf(at, ": test_pages_isolated: start_pfn=0x%llx end_pfn=0x%llx fin_pfn=0x%llx",
			  &start, &end, &pfn) != 3 || pfn >= end)
		return;
	for (i = 0; i < frames->count && frames->frame[i].pfn != pfn; i++)
		;
	if (i == ARRAY_SIZE(frames->frame))
		return;
	if (i == frames->count)
		frames->frame[frames->count++] = (struct frame){ .pfn = pfn };
	frames->frame[i].times++;
}

static void set_busiest(const struct frames *frames, struct sample *sample)
{
	size_t i;

	sample->busy_times = 0;
	for (i = 0; i < frames->count; i++) {
		if (frames->frame[i].times <= sample->busy_times)
			continue;
		sample->busy_times = frames->frame[i].times;
		sample->busy_pfn = frames->frame[i].pfn;
	}
}

void retry_trace_stop(const struct retry_trace *trace, struct sample *sample)
{
	char path[192], *text, *line, *next;
	struct frames frames = { .count = 0 };

	write_entry(trace, "tracing_on", "0");
	write_entry(trace, "events/cma/enable", "0");
	write_entry(trace, FRAMES_EVENT, "0");
	entry_path(trace, "trace", path);
	if (events_lost(trace) || text_file_read_all(path, &text) < 0) {
		if (trace->times)
			trace->times->is_lost = true;
		return;
	}
	sample->has_retries = trace->tells_retries;
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		read_line(line, sample);
		count_frame(line, &frames);
		if (trace->times)
			phase_times_line(trace->times, line);
	}
	set_busiest(&frames, sample);
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
