// SPDX-License-Identifier: GPL-2.0
/*
 * boot_facts - what this boot reserved, as the kernel itself shows it
 *
 * One fact a line, fields by tabs, for scripts/boot-table/ to compare:
 *
 *   page_bytes    BYTES
 *   pageblock     ORDER                    /proc/pagetypeinfo
 *   meminfo       NAME  KIB                MemTotal, CmaTotal, CmaFree
 *   iomem         DEPTH START END NAME     memory only, not the devices
 *   area          NAME  BASE  BYTES ORDER  debugfs cma/, one line a range
 *   heap          NAME                     /dev/dma_heap
 *   default       NAME                     the area that the default heap takes from
 *   node          NAME  PROPERTY...        /proc/device-tree/reserved-memory
 *
 * What cannot be read is missing, and the comparison says so.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ARRAY_SIZE(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define HEAPS "/dev/dma_heap"
#define AREAS "/sys/kernel/debug/cma"
#define NODES "/proc/device-tree/reserved-memory"

/* An area's name may have any character, a newline for one. */
static void print_name(const char *name)
{
	putchar('\t');
	for (; *name; name++) {
		if (isgraph((unsigned char)*name) && *name != '\\')
			putchar(*name);
		else
			printf("\\x%02x", (unsigned char)*name);
	}
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Call @visit for each entry of @folder, in order of names. */
static void visit_entries(const char *folder,
			  void (*visit)(const char *folder, const char *name))
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_entry, alphasort);

	for (int i = 0; i < count; i++) {
		visit(folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static int read_number(const char *folder, const char *file, unsigned long long *number)
{
	char path[PATH_MAX];
	FILE *stream;
	int found;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	stream = fopen(path, "re");
	if (!stream)
		return 0;
	found = fscanf(stream, "%llu", number) == 1;
	fclose(stream);
	return found;
}

static void print_pages(void)
{
	FILE *stream = fopen("/proc/pagetypeinfo", "re");
	char line[256];
	int order;

	printf("page_bytes\t%ld\n", sysconf(_SC_PAGESIZE));
	while (stream && fgets(line, sizeof(line), stream))
		if (sscanf(line, "Page block order: %d", &order) == 1)
			printf("pageblock\t%d\n", order);
	if (stream)
		fclose(stream);
}

static void print_meminfo(void)
{
	FILE *stream = fopen("/proc/meminfo", "re");
	char line[256], name[64];
	long long kib;

	while (stream && fgets(line, sizeof(line), stream))
		if (sscanf(line, "%63[^:]: %lld", name, &kib) == 2 &&
		    (!strcmp(name, "MemTotal") || !strncmp(name, "Cma", 3)))
			printf("meminfo\t%s\t%lld\n", name, kib);
	if (stream)
		fclose(stream);
}

/* RAM and what is taken of it; a device's registers are of no interest. */
static int is_memory(const char *name)
{
	return !strcmp(name, "System RAM") || !strncasecmp(name, "reserved", 8) ||
	       !strncmp(name, "Kernel ", 7);
}

static void print_iomem(void)
{
	FILE *stream = fopen("/proc/iomem", "re");
	unsigned long long start, end;
	char line[256], name[128];

	while (stream && fgets(line, sizeof(line), stream)) {
		int blanks = strspn(line, " ");

		if (sscanf(line, " %llx-%llx : %127[^\n]", &start, &end, name) == 3 &&
		    is_memory(name))
			printf("iomem\t%d\t0x%llx\t0x%llx\t%s\n", blanks / 2, start, end, name);
	}
	if (stream)
		fclose(stream);
}

static void print_range(const char *name, unsigned long long base_pfn, unsigned long long pages,
			unsigned long long order)
{
	unsigned long long page_bytes = sysconf(_SC_PAGESIZE);

	printf("area");
	print_name(name);
	printf("\t0x%llx\t0x%llx\t%llu\n", base_pfn * page_bytes, pages * page_bytes, order);
}

/* A kernel whose areas have several ranges keeps each in ranges/N. */
static void print_area(const char *folder, const char *name)
{
	unsigned long long base_pfn = 0, pages = 0, order = 0;
	char area[PATH_MAX], range[PATH_MAX + 32];

	snprintf(area, sizeof(area), "%s/%s", folder, name);
	read_number(area, "order_per_bit", &order);
	read_number(area, "count", &pages);
	snprintf(range, sizeof(range), "%s/ranges/1", area);
	if (access(range, F_OK)) {
		read_number(area, "base_pfn", &base_pfn);
		print_range(name, base_pfn, pages, order);
		return;
	}
	for (int i = 0; ; i++) {
		snprintf(range, sizeof(range), "%s/ranges/%d", area, i);
		if (!read_number(range, "base_pfn", &base_pfn))
			return;
		read_number(range, "count", &pages);
		print_range(name, base_pfn, pages, order);
	}
}

static void print_heap(const char *folder, const char *name)
{
	(void)folder;
	printf("heap");
	print_name(name);
	putchar('\n');
}

/* The pages that drivers hold of each area, in the order of names. */
static unsigned long long used_pages[256];
static int used_count;
static int used_compared;

static void note_used(const char *folder, const char *name)
{
	char area[PATH_MAX];

	snprintf(area, sizeof(area), "%s/%s", folder, name);
	if (used_count < ARRAY_SIZE(used_pages))
		read_number(area, "used", &used_pages[used_count++]);
}

static void compare_used(const char *folder, const char *name)
{
	unsigned long long used = 0;
	char area[PATH_MAX];

	snprintf(area, sizeof(area), "%s/%s", folder, name);
	read_number(area, "used", &used);
	if (used_compared < used_count && used > used_pages[used_compared++]) {
		printf("default");
		print_name(name);
		putchar('\n');
	}
}

/*
 * No file tells which area is the global one. A page from its heap does: that
 * heap is "default_cma_region" or, in older kernels, the only one beside system.
 */
static int is_default_heap(const struct dirent *entry)
{
	return is_entry(entry) && strcmp(entry->d_name, "system");
}

static void print_default(void)
{
	struct dma_heap_allocation_data page = {
		.len = 1, .fd_flags = O_RDWR | O_CLOEXEC,
	};
	char path[PATH_MAX] = HEAPS "/default_cma_region";
	struct dirent **heaps;
	int count, heap;

	count = scandir(HEAPS, &heaps, is_default_heap, alphasort);
	if (access(path, F_OK) && count == 1)
		snprintf(path, sizeof(path), HEAPS "/%s", heaps[0]->d_name);
	for (int i = 0; i < count; i++)
		free(heaps[i]);
	if (count >= 0)
		free(heaps);
	heap = open(path, O_RDWR | O_CLOEXEC);
	if (heap < 0)
		return;
	visit_entries(AREAS, note_used);
	if (!ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &page)) {
		visit_entries(AREAS, compare_used);
		close(page.fd);
	}
	close(heap);
}

static void print_property(const char *folder, const char *name)
{
	(void)folder;
	print_name(name);
}

static void print_node(const char *folder, const char *name)
{
	char path[PATH_MAX];
	DIR *node;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	node = opendir(path);
	if (!node)
		return;
	closedir(node);
	printf("node");
	print_name(name);
	visit_entries(path, print_property);
	putchar('\n');
}

int main(void)
{
	print_pages();
	print_meminfo();
	print_iomem();
	visit_entries(AREAS, print_area);
	visit_entries(HEAPS, print_heap);
	print_default();
	visit_entries(NODES, print_node);
	return 0;
}
