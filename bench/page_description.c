// SPDX-License-Identifier: GPL-2.0
#include "page_description.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pagemap.h"
#include "text_file.h"

#define ENTRY_PRESENT	0x8000000000000000ull
#define ENTRY_PFN_MASK	0x007fffffffffffffull
#define BATCH 1024

static const struct {
	unsigned int bit;
	const char *name;
} flag_names[] = {
	{ KPF_LOCKED, "locked" }, { KPF_ERROR, "error" },
	{ KPF_REFERENCED, "referenced" }, { KPF_UPTODATE, "uptodate" },
	{ KPF_DIRTY, "dirty" }, { KPF_LRU, "lru" }, { KPF_ACTIVE, "active" },
	{ KPF_SLAB, "slab" }, { KPF_WRITEBACK, "writeback" },
	{ KPF_RECLAIM, "reclaim" }, { KPF_BUDDY, "buddy" },
	{ KPF_MMAP, "mmap" }, { KPF_ANON, "anon" },
	{ KPF_SWAPCACHE, "swapcache" }, { KPF_SWAPBACKED, "swapbacked" },
	{ KPF_COMPOUND_HEAD, "compound_head" },
	{ KPF_COMPOUND_TAIL, "compound_tail" }, { KPF_HUGE, "huge" },
	{ KPF_UNEVICTABLE, "unevictable" }, { KPF_HWPOISON, "hwpoison" },
	{ KPF_KSM, "ksm" }, { KPF_THP, "thp" }, { KPF_OFFLINE, "offline" },
	{ KPF_PGTABLE, "pgtable" },
};

void page_flag_names(__u64 flags, char *text, size_t size)
{
	size_t i, length = 0;

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(flag_names) && length < size; i++)
		if (flags & (1ull << flag_names[i].bit))
			length += snprintf(text + length, size - length, "%s%s",
					   length ? "," : "",
					   flag_names[i].name);
	if (!text[0])
		snprintf(text, size, "none");
}

/* The first that fits: the more telling ones stand above. */
static const struct {
	__u64 bits;
	const char *type;
} types[] = {
	{ 1ull << KPF_BUDDY, "free" },
	{ 1ull << KPF_SLAB, "slab" },
	{ 1ull << KPF_PGTABLE, "page table" },
	{ 1ull << KPF_OFFLINE, "offline" },
	{ 1ull << KPF_HUGE, "hugetlb" },
	{ 1ull << KPF_KSM, "KSM" },
	{ 1ull << KPF_ANON, "anonymous" },
	{ 1ull << KPF_SWAPBACKED, "tmpfs or shared memory" },
	{ 1ull << KPF_LRU | 1ull << KPF_MMAP, "page cache" },
};

const char *page_type(const struct page_description *page)
{
	size_t i;

	for (i = 0; page->knows_flags && i < ARRAY_SIZE(types); i++)
		if (page->flags & types[i].bits)
			return types[i].type;
	return page->knows_flags ? "of the kernel or a driver" : "unknown";
}

static int by_pfn(const void *a, const void *b)
{
	const struct page_description *left = a, *right = b;

	return (left->pfn > right->pfn) - (left->pfn < right->pfn);
}

static void add_owner(struct page_description *page, const char *pid)
{
	size_t length = strlen(page->owner);
	char path[64], name[20] = "?";

	snprintf(path, sizeof(path), "/proc/%.12s/comm", pid);
	text_file_read(path, name, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	if (length + 8 < sizeof(page->owner))
		snprintf(page->owner + length, sizeof(page->owner) - length,
			 "%s%s[%.12s]", length ? ", " : "", name, pid);
}

static void search_mapping(int pagemap_fd, const char *pid, __u64 start,
			   __u64 end, struct page_description *pages,
			   size_t count)
{
	size_t page_size = pagemap_page_size();
	__u64 entries[BATCH], page = start / page_size;
	ssize_t got, i;

	for (; page < end / page_size; page += got) {
		__u64 want = end / page_size - page;

		got = pread(pagemap_fd, entries, (want < BATCH ? want : BATCH) *
			    sizeof(entries[0]), page * sizeof(entries[0]));
		got /= (ssize_t)sizeof(entries[0]);
		if (got <= 0)
			return;
		for (i = 0; i < got; i++) {
			struct page_description key, *found;

			if (!(entries[i] & ENTRY_PRESENT))
				continue;
			key.pfn = entries[i] & ENTRY_PFN_MASK;
			found = bsearch(&key, pages, count, sizeof(*pages),
					by_pfn);
			if (found)
				add_owner(found, pid);
		}
	}
}

static void search_process(const char *pid, struct page_description *pages,
			   size_t count)
{
	unsigned long long start, end;
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.12s/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%.12s/maps", pid);
	maps = fopen(path, "re");
	while (maps && getline(&line, &size, maps) > 0)
		if (sscanf(line, "%llx-%llx", &start, &end) == 2)
			search_mapping(fd, pid, start, end, pages, count);
	free(line);
	if (maps)
		fclose(maps);
	close(fd);
}

static void search_processes(struct page_description *pages, size_t count)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			search_process(entry->d_name, pages, count);
	if (proc)
		closedir(proc);
}

/*
 * /sys/kernel/debug/page_owner can be sought to a frame; the record read there
 * is of that frame or of a later one:
 *
 *	Page allocated via order 0, mask 0x..., pid 7, tgid 7 (cat), ts 123 ns
 *	PFN 0x57611 type Movable Block ...
 *	 first_frame+0x1c/0x40
 */
static void ask_page_owner(int fd, struct page_description *page)
{
	char text[4096], *line, *next, *program;
	unsigned long long pfn = ~0ull;
	size_t length = 0, frames = 0;
	ssize_t got;

	if (lseek(fd, page->pfn, SEEK_SET) < 0)
		return;
	got = read(fd, text, sizeof(text) - 1);
	if (got <= 0)
		return;
	text[got] = '\0';
	program = strstr(text, "tgid ");
	line = strstr(text, "\nPFN ");
	if (!line || sscanf(line, "\nPFN %lli", (long long *)&pfn) != 1 ||
	    pfn != page->pfn)
		return;
	if (program)
		length = snprintf(page->allocated_by, sizeof(page->allocated_by),
				  "%.*s:", (int)strcspn(program, ",\n"),
				  program);
	for (line = strtok_r(line, "\n", &next); line && frames < 5;
	     line = strtok_r(NULL, "\n", &next)) {
		if (*line != ' ' || length >= sizeof(page->allocated_by))
			continue;
		frames++;
		length += snprintf(page->allocated_by + length,
				   sizeof(page->allocated_by) - length,
				   " %.*s", (int)strcspn(line + 1, "+"),
				   line + 1);
	}
}

void page_describe_all(struct page_description *pages, size_t count)
{
	int fd = open("/sys/kernel/debug/page_owner", O_RDONLY | O_CLOEXEC);
	size_t i;

	qsort(pages, count, sizeof(*pages), by_pfn);
	for (i = 0; i < count; i++) {
		pages[i].knows_flags = !kpage_flags(pages[i].pfn,
						    &pages[i].flags);
		pages[i].knows_mappings = !kpage_count(pages[i].pfn,
						       &pages[i].mappings);
		if (fd >= 0)
			ask_page_owner(fd, &pages[i]);
	}
	if (fd >= 0)
		close(fd);
	search_processes(pages, count);
}
