// SPDX-License-Identifier: GPL-2.0
#include "meminfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monotonic.h"
#include "text_file.h"

#define ISOLATED_DEADLINE_MS 2000

/*
 * Does @line read "<blanks><field><separators><number>"? A field must end
 * where the blanks begin: "cma" is not "cma_free".
 */
static bool parse_field(const char *line, const char *field, char end,
			__u64 *value)
{
	size_t length = strlen(field);
	char *rest;

	line += strspn(line, " ");
	if (strncmp(line, field, length) || line[length] != end)
		return false;
	errno = 0;
	*value = strtoull(line + length + 1, &rest, 10);
	return rest != line + length + 1 && errno == 0;
}

static int find_field(const char *path, const char *field, char end,
		      __u64 *value)
{
	char *text, *line, *next;
	ssize_t length = text_file_read_all(path, &text);
	int err = -ENOENT;

	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line && err;
	     line = strtok_r(NULL, "\n", &next))
		if (parse_field(line, field, end, value))
			err = 0;
	free(text);
	return err;
}

/* Both files say kB and mean KiB. */
static int find_kib(const char *path, const char *field, __u64 *bytes)
{
	int err = find_field(path, field, ':', bytes);

	if (err == 0)
		*bytes *= 1024;
	return err;
}

int meminfo_bytes(const char *field, __u64 *bytes)
{
	return find_kib("/proc/meminfo", field, bytes);
}

int meminfo_number(const char *field, __u64 *number)
{
	return find_field("/proc/meminfo", field, ':', number);
}

int self_status_bytes(const char *field, __u64 *bytes)
{
	return find_kib("/proc/self/status", field, bytes);
}

int vmstat_read(const char *field, __u64 *value)
{
	return find_field("/proc/vmstat", field, ' ', value);
}

__u64 vmstat_wait_isolated(void)
{
	long long end = monotonic_deadline_ms(ISOLATED_DEADLINE_MS);
	__u64 anonymous, file;

	do {
		anonymous = 0;
		file = 0;
		vm_stat_refresh();
		vmstat_read("nr_isolated_anon", &anonymous);
		vmstat_read("nr_isolated_file", &file);
	} while (anonymous + file && monotonic_ms() < end);
	return anonymous + file;
}

int zoneinfo_sum(const char *field, __u64 *pages)
{
	char *text, *line, *next;
	ssize_t length = text_file_read_all("/proc/zoneinfo", &text);
	int err = -ENOENT;
	__u64 value;

	if (length < 0)
		return length;
	*pages = 0;
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (!parse_field(line, field, ' ', &value))
			continue;
		*pages += value;
		err = 0;
	}
	free(text);
	return err;
}

int vm_stat_refresh(void)
{
	char text[16];
	ssize_t length;

	length = text_file_read("/proc/sys/vm/stat_refresh", text, sizeof(text));
	return length < 0 ? (int)length : 0;
}
