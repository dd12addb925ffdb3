// SPDX-License-Identifier: GPL-2.0
/*
 * What dump_page() writes of a page that could not be migrated (5.12 and later,
 * with dynamic debug), each line behind what the log puts before it. Others dump
 * pages as well, "BUG: Bad page" above all: the reason, which comes last but for
 * the owner, tells whether all of it counts.
 *
 *	page:(ptrval) refcount:3 mapcount:1 mapping:(ptrval) index:0x1 pfn:0x57611
 *	anon flags: 0x40000(swapbacked|zone=0)
 *	aops:shmem_aops ino:402 dentry name(?):"data"
 *	page dumped because: migration failure
 *	page last allocated via order 0, migratetype Movable, ..., pid 7, tgid 7 (cat), ts 5
 *	 post_alloc_hook+0x1a0/0x1b0
 */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SHOWN_FRAMES 5

static bool is_in_the_way(const char *reason)
{
	/* Could not be freed from a range: memory that goes offline has both as well. */
	static const char *const reasons[] = { "migration failure", "unmovable page" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (!strcmp(reason, reasons[i]))
			return true;
	return false;
}

static bool read_head(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "refcount:");
	const char *pfn = at ? behind(at, " pfn:0x") : NULL;
	int references, mappings;

	if (!pfn || sscanf(at, "refcount:%d mapcount:%d", &references, &mappings) != 2)
		return false;
	told->frames_to_come = 0;
	told->last_page = NULL;
	told->dumped_lines = 0;
	told->dumped = (struct explained_page){
		.pfn = strtoull(pfn, NULL, 16),
		.references = references, .mappings = mappings,
	};
	return true;
}

/* What no flag tells stands before them. */
static bool read_flags(struct explained_page *page, const char *line)
{
	const char *at = behind(line, "flags: 0x");

	if (!at || !strchr(at, '('))
		return false;
	at = strchr(at, '(') + 1;
	snprintf(page->flags, sizeof(page->flags), "%.*s",
		 (int)strcspn(at, ")\n"), at);
	if (strstr(line, "anon flags: "))
		snprintf(page->type, sizeof(page->type), "anonymous");
	else if (strstr(line, "ksm flags: "))
		snprintf(page->type, sizeof(page->type), "KSM");
	return true;
}

static bool read_mapping(struct explained_page *page, const char *line)
{
	const char *operations = behind(line, "aops:"), *file;

	if (!operations)
		return false;
	file = strchr(operations, '"') ?: "";
	snprintf(page->type, sizeof(page->type), "page cache, %.*s %.*s",
		 (int)strcspn(operations, "\n "), operations,
		 (int)strcspn(file, "\n"), file);
	return true;
}

/* Now its lines before are known to be about CMA, or not to be. */
static bool read_reason(struct explanation *told, const char *line)
{
	const char *at = behind(line, "page dumped because: ");
	unsigned int lines = told->dumped_lines;
	struct explained_page *page;

	if (!at || !lines)
		return false;
	told->dumped_lines = 0;
	snprintf(told->dumped.why, sizeof(told->dumped.why), "%.*s",
		 (int)strcspn(at, "\n"), at);
	if (!is_in_the_way(told->dumped.why))
		return false;
	page = explain_page(told, told->dumped.pfn);
	told->dumped.count = page->count;
	*page = told->dumped;
	told->last_page = page;
	told->recognised += lines;
	return true;
}

/* The last "pid" and name before the time, then frames until something else. */
static bool read_owner(struct explanation *told, const char *line)
{
	struct explained_page *page = told->last_page;
	const char *at = behind(line, "page last allocated via order "), *who;

	if (!at)
		return false;
	who = behind(at, ", tgid ") ?: behind(at, ", pid ");
	snprintf(page->allocated_by, sizeof(page->allocated_by), "%s%.*s:",
		 who ? "process " : "a process that is not told",
		 who ? (int)strcspn(who, ",\n") : 0, who ?: "");
	told->frames_to_come = SHOWN_FRAMES;
	return true;
}

static bool read_frame(struct explanation *told, const char *line)
{
	const char *offset = strstr(line, "+0x"), *name = offset;
	size_t length = strlen(told->last_page->allocated_by);

	if (!offset || !strstr(offset, "/0x")) {
		told->frames_to_come = 0;
		return false;
	}
	told->frames_to_come--;
	while (name > line && name[-1] != ' ')
		name--;
	snprintf(told->last_page->allocated_by + length,
		 sizeof(told->last_page->allocated_by) - length, " %.*s",
		 (int)(offset - name), name);
	return true;
}

/* Up to its reason: nobody knows yet whether it counts. */
static bool read_dumped(struct explanation *told, const char *line)
{
	bool known = read_head(told, line);

	if (!known && told->dumped_lines)
		known = read_flags(&told->dumped, line) ||
			read_mapping(&told->dumped, line);
	told->dumped_lines += known;
	return known;
}

bool explain_dump_line(struct explanation *told, const char *line)
{
	if (read_dumped(told, line))
		return false;
	if (read_reason(told, line))
		return true;
	if (!told->last_page)
		return false;
	if (told->frames_to_come && read_frame(told, line))
		return true;
	return read_owner(told, line);
}
