// SPDX-License-Identifier: GPL-2.0
/*
 * Reserved memory and areas as everybody may see them:
 *
 *	/proc/iomem			where areas and no-map regions lie
 *	/proc/device-tree		what the device tree asked for
 *	/sys/firmware			the same tree, and the blob
 *	/dev/mem			refused for RAM, where configured
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "pagemap.h"
#include "testbed.h"
#include "text_file.h"

#define TREE "/proc/device-tree"
#define RESERVED TREE "/reserved-memory"

/* A line of /proc/iomem; depth counts the blanks before it, by two. */
struct resource {
	unsigned long long start, end;
	int depth;
	char name[64];
};

typedef bool (*resource_fn)(void *context, const struct resource *resource);

/* Call @visit for each line until it says false. Returns lines or -errno. */
static int walk_iomem(resource_fn visit, void *context)
{
	char *text, *line, *next;
	ssize_t length = text_file_read_all("/proc/iomem", &text);
	int lines = 0;

	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		struct resource resource = { 0 };

		resource.depth = strspn(line, " ") / 2;
		if (sscanf(line, "%llx-%llx : %63[^\n]", &resource.start, &resource.end,
			   resource.name) != 3)
			continue;
		lines++;
		if (!visit(context, &resource))
			break;
	}
	free(text);
	return lines;
}

struct ram_search {
	unsigned long long start, end;
	bool found;
};

static bool find_ram(void *context, const struct resource *resource)
{
	struct ram_search *search = context;

	if (strcmp(resource->name, "System RAM") == 0 && resource->start <= search->start &&
	    resource->end >= search->end)
		search->found = true;
	return !search->found;
}

/* Is everything zero, as without privilege? */
static bool is_hidden(void *context, const struct resource *resource)
{
	bool *hidden = context;

	*hidden = resource->end == 0;
	return *hidden;
}

static bool iomem_is_hidden(void)
{
	bool hidden = true;

	walk_iomem(is_hidden, &hidden);
	return hidden;
}

/* The pages of an area are ordinary memory, lent until they are needed. */
TEST(areas_lie_in_system_ram)
{
	struct testbed bed;
	const char *reason = testbed_open_debugfs(&bed);
	unsigned int range;
	size_t i;

	if (reason)
		SKIP(return, "%s", reason);
	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	for (i = 0; i < bed.areas.count; i++)
		for (range = 0; range < bed.areas.area[i].nranges; range++) {
			const struct cma_range *place = &bed.areas.area[i].ranges[range];
			struct ram_search search = {
				.start = place->base_pfn * bed.page_size,
				.end = (place->base_pfn + place->count_pages) * bed.page_size - 1,
			};

			ASSERT_LT(0, walk_iomem(find_ram, &search));
			EXPECT_TRUE(search.found) {
				TH_LOG("area %s: 0x%llx-0x%llx is not in System RAM",
				       bed.areas.area[i].name, search.start, search.end);
			}
		}
	testbed_close(&bed);
}

/* Is 0x@start-0x@end within the lines of a list of memblock's? 0, 1 or -errno. */
static int memblock_covers(const char *list, unsigned long long start, unsigned long long end)
{
	unsigned long long low, high;
	char *text, *line, *next;
	ssize_t length = text_file_read_all(list, &text);

	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		if (sscanf(line, "%*d: %llx..%llx", &low, &high) == 2 &&
		    low <= start && start <= high)
			start = high + 1;
	free(text);
	return start > end;
}

/* Both at once: taken out of what the boot hands out, and still memory. */
TEST(areas_are_memory_and_reserved)
{
	static const char *const lists[] = {
		"/sys/kernel/debug/memblock/memory", "/sys/kernel/debug/memblock/reserved",
	};
	struct testbed bed;
	const char *reason = testbed_open_debugfs(&bed);
	size_t i, list;

	if (reason)
		SKIP(return, "%s", reason);
	if (access(lists[0], R_OK))
		SKIP(return, "needs CONFIG_ARCH_KEEP_MEMBLOCK, for %s", lists[0]);
	for (i = 0; i < bed.areas.count; i++)
		for (list = 0; list < ARRAY_SIZE(lists); list++) {
			const struct cma_range *place = &bed.areas.area[i].ranges[0];
			unsigned long long start = place->base_pfn * bed.page_size;
			unsigned long long end = start + place->count_pages * bed.page_size - 1;

			EXPECT_EQ(1, memblock_covers(lists[list], start, end)) {
				TH_LOG("area %s: 0x%llx-0x%llx is not in %s",
				       bed.areas.area[i].name, start, end, lists[list]);
			}
		}
	testbed_close(&bed);
}

struct order_check {
	struct resource last;
	int bad;
};

static bool check_order(void *context, const struct resource *resource)
{
	struct order_check *check = context;

	if (resource->start > resource->end)
		check->bad++;
	if (resource->depth == 0) {
		if (check->last.end && resource->start <= check->last.end)
			check->bad++;
		check->last = *resource;
	} else if (resource->start < check->last.start || resource->end > check->last.end) {
		check->bad++;
	}
	return true;
}

/* Lines are in order, do not overlap, and what is below a line lies in it. */
TEST(iomem_is_in_order)
{
	struct order_check check = { 0 };

	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	ASSERT_LT(0, walk_iomem(check_order, &check));
	EXPECT_EQ(0, check.bad);
}

/* A big-endian number of @cells cells. */
static __u64 read_cells(const unsigned char *at, unsigned int cells)
{
	__u64 value = 0;
	unsigned int i;

	for (i = 0; i < 4 * cells; i++)
		value = value << 8 | at[i];
	return value;
}

static ssize_t read_property(const char *node, const char *name, unsigned char *value, size_t size)
{
	char path[PATH_MAX];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", node, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, value, size);
	close(fd);
	return got < 0 ? -errno : got;
}

struct overlap_search {
	unsigned long long start, end;
	bool ram, reserved;
};

static bool find_overlap(void *context, const struct resource *resource)
{
	struct overlap_search *search = context;

	if (resource->end < search->start || resource->start > search->end)
		return true;
	if (strcmp(resource->name, "System RAM") == 0)
		search->ram = true;
	if (strcasecmp(resource->name, "reserved") == 0)
		search->reserved = true;
	return true;
}

static bool has_property(const char *node, const char *name)
{
	unsigned char byte;

	return read_property(node, name, &byte, 1) >= 0;
}

/* A static region with no-map is in no System RAM: the kernel has no map of it. */
static void check_region(struct __test_metadata *_metadata, const char *node)
{
	unsigned char cells[4], reg[64];
	unsigned int address_cells, size_cells;
	struct overlap_search search = { 0 };

	if (read_property(RESERVED, "#address-cells", cells, 4) != 4)
		return;
	address_cells = read_cells(cells, 1);
	if (read_property(RESERVED, "#size-cells", cells, 4) != 4)
		return;
	size_cells = read_cells(cells, 1);
	if (read_property(node, "reg", reg, sizeof(reg)) <
	    (ssize_t)(4 * (address_cells + size_cells)))
		return;
	search.start = read_cells(reg, address_cells);
	search.end = search.start + read_cells(reg + 4 * address_cells, size_cells) - 1;
	ASSERT_LT(0, walk_iomem(find_overlap, &search));
	if (has_property(node, "no-map"))
		EXPECT_FALSE(search.ram && !search.reserved) {
			TH_LOG("%s: no-map, but 0x%llx-0x%llx is System RAM", node, search.start,
			       search.end);
		}
	if (has_property(node, "reusable"))
		EXPECT_TRUE(search.ram) {
			TH_LOG("%s: reusable, but 0x%llx-0x%llx is not System RAM", node,
			       search.start, search.end);
		}
}

TEST(device_tree_regions_are_where_they_were_asked_for)
{
	DIR *dir = opendir(RESERVED);
	struct dirent *entry;
	char node[PATH_MAX];

	if (!dir)
		SKIP(return, "needs a device tree with /reserved-memory");
	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	while ((entry = readdir(dir))) {
		snprintf(node, sizeof(node), RESERVED "/%s", entry->d_name);
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			check_region(_metadata, node);
	}
	closedir(dir);
}

/* /proc/device-tree is the tree below /sys/firmware; the blob is for root. */
TEST(firmware_shows_the_same_tree)
{
	char target[PATH_MAX] = "";
	unsigned char magic[4];
	int fd;

	if (!text_file_exists(TREE))
		SKIP(return, "needs a machine with a device tree");
	ASSERT_LT(0, readlink(TREE, target, sizeof(target) - 1));
	EXPECT_EQ(0, strcmp("/sys/firmware/devicetree/base", target)) {
		TH_LOG(TREE " leads to %s", target);
	}
	fd = open("/sys/firmware/fdt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == EACCES)
		SKIP(return, "needs root to read /sys/firmware/fdt");
	ASSERT_GE(fd, 0);
	ASSERT_EQ(4, read(fd, magic, 4));
	EXPECT_EQ(0xd00dfeed, read_cells(magic, 1));
	close(fd);
}

static bool find_first_ram(void *context, const struct resource *resource)
{
	if (strcmp(resource->name, "System RAM"))
		return true;
	*(struct resource *)context = *resource;
	return false;
}

/*
 * What reading a page of RAM gives: EPERM, but x86 lets the read succeed and
 * gives zeros. (arch/x86/mm/init.c, devmem_is_allowed())
 */
static void check_read(struct __test_metadata *_metadata, int fd, __u64 address)
{
	unsigned char text[64];
	ssize_t got = pread(fd, text, sizeof(text), address);
	size_t i;

	if (got < 0) {
		EXPECT_EQ(EPERM, errno);
		return;
	}
	EXPECT_EQ((ssize_t)sizeof(text), got);
	for (i = 0; i < sizeof(text); i++) {
		EXPECT_EQ(0, text[i]) {
			TH_LOG("/dev/mem shows RAM at 0x%llx", (unsigned long long)address);
		}
	}
}

/*
 * CONFIG_STRICT_DEVMEM keeps RAM from /dev/mem, and the pages of an area are
 * RAM, whoever has them: mapping and reading are refused.
 */
TEST(devmem_is_refused)
{
	struct resource ram = { 0 };
	size_t page = pagemap_page_size(), i, count = 1;
	__u64 addresses[2];
	struct testbed bed;
	void *map;
	int fd;

	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	ASSERT_LT(0, walk_iomem(find_first_ram, &ram));
	/* Above the first MiB, which x86 shows to all. */
	addresses[0] = ram.start < 0x100000 ? 0x4000000 : ram.start / page * page;
	if (!testbed_open_debugfs(&bed))
		addresses[count++] = bed.area->ranges[0].base_pfn * page;
	testbed_close(&bed);
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		SKIP(return, "needs CONFIG_DEVMEM and CAP_SYS_RAWIO");
	for (i = 0; i < count; i++) {
		map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, addresses[i]);
		if (map != MAP_FAILED)
			SKIP(munmap(map, page); return, "needs CONFIG_STRICT_DEVMEM");
		EXPECT_EQ(EPERM, errno) {
			TH_LOG("0x%llx", (unsigned long long)addresses[i]);
		}
		check_read(_metadata, fd, addresses[i]);
	}
	close(fd);
}

TEST_HARNESS_MAIN
