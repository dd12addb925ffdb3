// SPDX-License-Identifier: GPL-2.0
/*
 * What dump_page() writes of a page that could not be migrated (5.12 and later,
 * with dynamic debug), each line behind what the log puts before it:
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

#define SHOWN_FRAMES 5

struct explained_page *explain_page(struct explanation *told, __u64 pfn)
{
	size_t i;

	for (i = 0; i < told->pages; i++)
		if (told->page[i].pfn == pfn) {
			told->page[i].times++;
			return &told->page[i];
		}
	if (told->pages == EXPLAIN_MAX) {
		told->too_many++;
		return NULL;
	}
	told->page[told->pages].pfn = pfn;
	told->page[told->pages].times = 1;
	told->page[told->pages].references = -1;
	return &told->page[told->pages++];
}

static bool read_head(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "refcount:");
	const char *pfn = at ? behind(at, " pfn:0x") : NULL;

	if (!pfn)
		return false;
	told->frames_to_come = 0;
	told->last_page = explain_page(told, strtoull(pfn, NULL, 16));
	if (told->last_page)
		sscanf(at, "refcount:%d mapcount:%d",
		       &told->last_page->references,
		       &told->last_page->mappings);
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

static bool read_reason(struct explained_page *page, const char *line)
{
	const char *at = behind(line, "page dumped because: ");

	if (!at)
		return false;
	snprintf(page->why, sizeof(page->why), "%.*s", (int)strcspn(at, "\n"),
		 at);
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

bool explain_dump_line(struct explanation *told, const char *line)
{
	struct explained_page *page = told->last_page;

	if (read_head(told, line))
		return true;
	if (!page)
		return false;
	if (told->frames_to_come && read_frame(told, line))
		return true;
	return read_flags(page, line) || read_mapping(page, line) ||
	       read_reason(page, line) || read_owner(told, line);
}
