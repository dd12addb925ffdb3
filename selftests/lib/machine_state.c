// SPDX-License-Identifier: GPL-2.0
#include "machine_state.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "area.h"
#include "array_size.h"
#include "testbed.h"
#include "text_file.h"

/* Folders whose files are settings, with the folders in them: each with its value. */
static const char *const settings[] = {
	"/proc/sys/vm", "/proc/sys/kernel", "/sys/kernel/mm/transparent_hugepage",
	"/sys/kernel/mm/hugepages", "/sys/kernel/debug/failslab",
	"/sys/kernel/debug/fail_page_alloc",
};

/* Settings among files that are none. */
static const struct {
	const char *folder, *name;
} single_settings[] = {
	{ "/sys/kernel/mm/ksm", "run" },
	{ "/sys/kernel/mm/ksm", "sleep_millisecs" },
	{ "/sys/kernel/mm/ksm", "pages_to_scan" },
};

/* What moves by itself, or does something when it is read: files, and whole folders. */
static const char *const passed_over[] = {
	"stat_refresh", "random", "ns_last_pid", "pty", "stats", "pages_collapsed", "full_scans",
	"free_hugepages", "resv_hugepages", "surplus_hugepages",
};

/* Folders whose entries come and go, and the names that tests give or get there. */
static const struct {
	const char *folder, *glob;
} listed[] = {
	{ "/tmp", "cma-tests*" },
	{ "/dev/shm", "cma-tests*" },
	{ "/sys/kernel/config/nullb", "cma-tests*" },
	{ "/sys/kernel/tracing/instances", "cma-tests*" },
	{ "/sys/kernel/debug/tracing/instances", "cma-tests*" },
	{ "/sys/module", "region_mapping_module" },
	{ "/sys/module", "pool_buffer_module" },
	{ "/sys/block", "zram*" },
	{ "/sys/block", "*nullb*" },
	{ "/sys/block", "cma-tests*" },
};

/* Files of many lines: those that match are of interest, up to the first tab. */
static const struct {
	const char *path, *glob;
} tables[] = {
	{ "/proc/self/mounts", "*cma-tests*" },
	{ "/proc/self/mounts", "configfs*" },
	{ "/proc/swaps", "*zram*" },
	{ "/sys/kernel/tracing/set_event", "cma*" },
	{ "/sys/kernel/tracing/tracing_on", "*" },
};

/* Not a name that is hidden, and not the folder above. */
static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

typedef void (*entry_fn)(FILE *out, const char *folder, const struct dirent *entry);

static void visit_folder(FILE *out, const char *folder, const char *glob, entry_fn visit)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_shown, alphasort), i;

	for (i = 0; i < count; i++) {
		if (!fnmatch(glob, entries[i]->d_name, 0))
			visit(out, folder, entries[i]);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void tell_setting(FILE *out, const char *folder, const char *name)
{
	char path[PATH_MAX], value[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (text_file_read(path, value, sizeof(value)) < 0)
		return;
	value[strcspn(value, "\n")] = '\0';
	fprintf(out, "%s = %s\n", path, value);
}

static bool is_passed_over(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(passed_over); i++)
		if (!strcmp(name, passed_over[i]))
			return true;
	return false;
}

static void tell_settings(FILE *out, const char *folder, const struct dirent *entry)
{
	char path[PATH_MAX];

	if (is_passed_over(entry->d_name))
		return;
	if (entry->d_type != DT_DIR) {
		tell_setting(out, folder, entry->d_name);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
	visit_folder(out, path, "*", tell_settings);
}

static void tell_name(FILE *out, const char *folder, const struct dirent *entry)
{
	fprintf(out, "%s: %s\n", folder, entry->d_name);
}

static void tell_mode(FILE *out, const char *folder, const struct dirent *entry)
{
	char path[PATH_MAX];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
	if (!stat(path, &status))
		fprintf(out, "%s has mode %04o\n", path, status.st_mode & 07777);
}

static void tell_table(FILE *out, const char *path, const char *glob)
{
	char *text, *line, *next;

	if (text_file_read_all(path, &text) < 0)
		return;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		if (!fnmatch(glob, line, 0))
			fprintf(out, "%s: %.*s\n", path, (int)strcspn(line, "\t"), line);
	free(text);
}

static void tell_areas(FILE *out)
{
	static struct cma_area_list areas;
	__u64 pages;
	size_t i;

	if (cma_area_discover(&areas))
		return;
	for (i = 0; i < areas.count; i++)
		if (!cma_area_used_pages(&areas.area[i], &pages))
			fprintf(out, "area %s = %llu pages used\n", areas.area[i].name,
				(unsigned long long)pages);
}

int machine_state_read(struct machine_state *state)
{
	size_t length, i;
	FILE *out = open_memstream(&state->text, &length);

	if (!out)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		visit_folder(out, settings[i], "*", tell_settings);
	for (i = 0; i < ARRAY_SIZE(single_settings); i++)
		tell_setting(out, single_settings[i].folder, single_settings[i].name);
	for (i = 0; i < ARRAY_SIZE(listed); i++)
		visit_folder(out, listed[i].folder, listed[i].glob, tell_name);
	/* Heaps, which some tests open to all. */
	visit_folder(out, DMA_HEAP_ROOT, "*", tell_mode);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		tell_table(out, tables[i].path, tables[i].glob);
	if (testbed_owns_machine())
		tell_areas(out);
	return fclose(out) ? -ENOMEM : 0;
}

void machine_state_free(struct machine_state *state)
{
	free(state->text);
	state->text = NULL;
}

/* Is the line at @line, of @length, a line of @text? */
static bool has_line(const char *text, const char *line, size_t length)
{
	for (; *text; text += strcspn(text, "\n") + 1)
		if (strcspn(text, "\n") == length && !strncmp(text, line, length))
			return true;
	return false;
}

static bool find_missing(const char *text, const char *other, char sign, char *line, size_t size)
{
	for (; *text; text += strcspn(text, "\n") + 1) {
		size_t length = strcspn(text, "\n");

		if (has_line(other, text, length))
			continue;
		snprintf(line, size, "%c%.*s", sign, (int)length, text);
		return true;
	}
	return false;
}

bool machine_state_difference(const struct machine_state *before,
			      const struct machine_state *after, char *line, size_t size)
{
	return find_missing(before->text, after->text, '-', line, size) ||
	       find_missing(after->text, before->text, '+', line, size);
}
