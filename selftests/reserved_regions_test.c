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
#include "iomem.h"
#include "kernel_version.h"
#include "pagemap.h"
#include "testbed.h"
#include "text_file.h"

#define TREE "/proc/device-tree"
#define RESERVED TREE "/reserved-memory"

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

			ASSERT_LT(0, iomem_walk(find_ram, &search));
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
	ASSERT_LT(0, iomem_walk(check_order, &check));
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

/* What lines of /proc/iomem make of a region. */
struct region_search {
	unsigned long long start, end;
	bool touches_ram, lies_in_ram, is_reserved;
	bool any_is_reserved;	/* this architecture has such lines */
};

static bool find_region(void *context, const struct resource *resource)
{
	struct region_search *search = context;
	bool holds = resource->start <= search->start && resource->end >= search->end;
	bool is_reserved = strcasecmp(resource->name, "reserved") == 0;

	search->any_is_reserved |= is_reserved;
	if (resource->end < search->start || resource->start > search->end)
		return true;
	if (strcmp(resource->name, "System RAM") == 0) {
		search->touches_ram = true;
		search->lies_in_ram |= holds;
	}
	search->is_reserved |= is_reserved && holds;
	return true;
}

static bool has_property(const char *node, const char *name)
{
	unsigned char byte;

	return read_property(node, name, &byte, 1) >= 0;
}

/* A node whose status is another is one that the kernel passes over. */
static bool is_available(const char *node)
{
	unsigned char status[16] = "";

	if (read_property(node, "status", status, sizeof(status) - 1) < 0)
		return true;
	return !strcmp((char *)status, "okay") || !strcmp((char *)status, "ok");
}

/* How many cells an address has, or a size, by the parent; 0: it does not say. */
static unsigned int count_cells(const char *name)
{
	unsigned char cells[4];

	return read_property(RESERVED, name, cells, 4) == 4 ? read_cells(cells, 1) : 0;
}

/*
 * With no-map it is in no System RAM, the kernel has no map of it. With reusable it
 * is RAM like any other. Else it is RAM that is reserved, for which arm64 has lines and
 * 32-bit Arm has none. A board may have regions where it has no RAM, of which no line need
 * tell; our fixture has not.
 *
 *	System RAM	[...........]	   [..................]
 *	reserved		     [no-map]	   [mapped]
 */
static void check_region(struct __test_metadata *_metadata, const char *node,
			 struct region_search *region)
{
	bool must_be_there = testbed_owns_machine();

	ASSERT_LT(0, iomem_walk(find_region, region));
	if (has_property(node, "no-map")) {
		EXPECT_FALSE(region->touches_ram) {
			TH_LOG("%s: no-map, but of 0x%llx-0x%llx some is System RAM", node,
			       region->start, region->end);
		}
	} else if (region->touches_ram || must_be_there) {
		EXPECT_TRUE(region->lies_in_ram) {
			TH_LOG("%s: mapped, but 0x%llx-0x%llx is not in System RAM", node,
			       region->start, region->end);
		}
	}
	if (!has_property(node, "reusable") && region->any_is_reserved &&
	    (region->lies_in_ram || must_be_there))
		EXPECT_TRUE(region->is_reserved) {
			TH_LOG("%s: 0x%llx-0x%llx is not reserved in /proc/iomem", node,
			       region->start, region->end);
		}
}

/*
 * Each that reg names, of as many as it likes; from 7.2 on the kernel uses the first
 * alone, and warns. Returns how many were looked at.
 */
static int check_node(struct __test_metadata *_metadata, const char *node)
{
	unsigned int address_cells = count_cells("#address-cells");
	unsigned int size_cells = count_cells("#size-cells");
	size_t at, size_at = 4 * address_cells, tuple = size_at + 4 * size_cells;
	unsigned char reg[4096];
	ssize_t length = read_property(node, "reg", reg, sizeof(reg));
	int regions = 0;

	/* With a part of a tuple it is all ignored. */
	if (length <= 0 || !address_cells || !size_cells || length % tuple)
		return 0;
	if (kernel_is_since(7, 2))
		length = tuple;
	for (at = 0; at < (size_t)length; at += tuple) {
		__u64 bytes = read_cells(reg + at + size_at, size_cells);
		struct region_search region = { .start = read_cells(reg + at, address_cells) };

		if (!bytes)
			continue;
		region.end = region.start + bytes - 1;
		check_region(_metadata, node, &region);
		regions++;
	}
	return regions;
}

TEST(device_tree_regions_are_where_they_were_asked_for)
{
	DIR *dir = opendir(RESERVED);
	struct dirent *entry;
	char node[PATH_MAX];
	int regions = 0;

	if (!dir)
		SKIP(return, "needs a device tree with /reserved-memory");
	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	while ((entry = readdir(dir))) {
		snprintf(node, sizeof(node), RESERVED "/%s", entry->d_name);
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && is_available(node))
			regions += check_node(_metadata, node);
	}
	closedir(dir);
	if (!regions)
		SKIP(return, "needs a region with reg in /reserved-memory of the device tree, not disabled");
	TH_LOG("%d regions", regions);
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
 * CONFIG_STRICT_DEVMEM keeps RAM from /dev/mem, and the pages of an area are
 * RAM, whoever has them: mapping and reading are refused.
 */
TEST(devmem_is_refused)
{
	struct resource ram = { 0 };
	size_t page = pagemap_page_size(), i, count = 1;
	__u64 addresses[2];
	struct testbed bed;
	char text[64];
	void *map;
	int fd;

	if (iomem_is_hidden())
		SKIP(return, "needs CAP_SYS_ADMIN to read /proc/iomem");
	ASSERT_LT(0, iomem_walk(find_first_ram, &ram));
	/* Above the first MiB, which x86 shows to all, RAM as zeros. */
	addresses[0] = ram.start < 0x100000 ? 0x4000000 : ram.start / page * page;
	if (!testbed_open_debugfs(&bed))
		addresses[count++] = bed.area->ranges[0].base_pfn * page;
	testbed_close(&bed);
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		SKIP(return, "needs CONFIG_DEVMEM and CAP_SYS_RAWIO");
	for (i = 0; i < count; i++) {
		map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, addresses[i]);
		/* The first tells whether RAM is kept off; if it is, so is an area. */
		if (map != MAP_FAILED && i == 0)
			SKIP(munmap(map, page); return, "needs CONFIG_STRICT_DEVMEM");
		EXPECT_EQ(MAP_FAILED, map) {
			TH_LOG("0x%llx can be mapped, 0x%llx cannot",
			       (unsigned long long)addresses[i], (unsigned long long)addresses[0]);
		}
		if (map != MAP_FAILED)
			munmap(map, page);
		else
			EXPECT_EQ(EPERM, errno) {
				TH_LOG("0x%llx", (unsigned long long)addresses[i]);
			}
		EXPECT_EQ(-1, pread(fd, text, sizeof(text), addresses[i]));
		EXPECT_EQ(EPERM, errno) {
			TH_LOG("a read at 0x%llx", (unsigned long long)addresses[i]);
		}
	}
	close(fd);
}

TEST_HARNESS_MAIN
