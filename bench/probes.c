// SPDX-License-Identifier: GPL-2.0
#include "probes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "phase_times.h"
#include "text_file.h"

static const char *const files[] = {
	"/sys/kernel/tracing/kprobe_events",
	"/sys/kernel/debug/tracing/kprobe_events",
};

/* The name in the kernel, as alloc_hooks() or the compiler may have made it. */
static const char *const suffixes[] = { "", "_noprof", ".isra.0", ".constprop.0" };

/* What architectures put before the name of a system call. */
static const char *const call_prefixes[] = {
	"__arm64_sys_", "__x64_sys_", "__riscv_sys_", "sys_",
};

static int define(const struct probes *probes, const char *file, char kind,
		  char mark, const char *prefix, const char *function,
		  const char *suffix)
{
	char text[192];

	snprintf(text, sizeof(text), "%c:%s/%c_%s %s%s%s", kind, probes->group,
		 mark, function, prefix, function, suffix);
	return text_file_write(file, text);
}

/* Both ends, or none: a function without its end would never be left. */
static bool probe(const struct probes *probes, const char *file,
		  const char *prefix, const char *function, const char *suffix)
{
	char text[96];

	if (define(probes, file, 'p', 'b', prefix, function, suffix))
		return false;
	if (!define(probes, file, 'r', 'e', prefix, function, suffix))
		return true;
	snprintf(text, sizeof(text), "-:%s/b_%s", probes->group, function);
	text_file_write(file, text);
	return false;
}

static bool probe_phase(const struct probes *probes, const char *file,
			const char *function)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (probe(probes, file, "", function, suffixes[i]))
			return true;
	return false;
}

static bool probe_reference(const struct probes *probes, const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(call_prefixes); i++)
		if (probe(probes, file, call_prefixes[i],
			  PHASE_TIMES_REFERENCE, ""))
			return true;
	return false;
}

int probes_open(struct probes *probes, const char *instance,
		struct reason *why)
{
	const char *file = text_file_exists(files[0]) ? files[0] : files[1];
	char removal[48], path[192];
	size_t i, functions = 0;
	int err;

	memset(probes, 0, sizeof(*probes));
	if (access(file, W_OK))
		return refuse(why, -errno, "cannot write %s: %s (CONFIG_KPROBE_EVENTS, tracefs mounted, root)",
			      file, strerror(errno));
	err = guard_open(&probes->guard);
	if (err)
		return refuse(why, err, "cannot start a guard: %s",
			      strerror(-err));
	snprintf(probes->group, sizeof(probes->group), "cmabench_%d", getpid());
	snprintf(removal, sizeof(removal), "-:%s/", probes->group);
	guard_write(&probes->guard, file, removal);
	for (i = 0; i < ARRAY_SIZE(phase_beginnings); i++)
		/* The idle loop bears no probe; switches show it. */
		if (phase_beginnings[i].phase != PHASE_IDLE)
			functions += probe_phase(probes, file,
						 phase_beginnings[i].function);
	probes->has_reference = probe_reference(probes, file);
	/* First of all, also when the program dies with the events on. */
	snprintf(path, sizeof(path), "%.128s/events/sched/sched_switch/enable",
		 instance);
	guard_write(&probes->guard, path, "0");
	snprintf(path, sizeof(path), "%.128s/events/%s/enable", instance,
		 probes->group);
	guard_write(&probes->guard, path, "0");
	if (functions)
		return 0;
	probes_close(probes);
	return refuse(why, -ENOENT, "the kernel lets no probe into any function of an allocation");
}

void probes_close(struct probes *probes)
{
	if (!probes->group[0])
		return;
	guard_close(&probes->guard);
	probes->group[0] = '\0';
}
