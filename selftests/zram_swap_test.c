// SPDX-License-Identifier: GPL-2.0
/*
 * zram as swap, as tutorials print it, and under an area: a process's pages are
 * compressed into zram's own memory, some of which lies in the area. The area is
 * taken and returned meanwhile; what was swapped out must come back bit for bit,
 * and the accounts must agree.
 *
 *	process	[pppppppp] --swap--> zram [cccc] partly in the area
 *	area	[..c..c.c....]	->	  [XXXXXXXXXXXXX]  all of it is taken
 *	process	[pppppppp] <--------- zram [cccc] elsewhere
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"
#include "text_file.h"
#include "zram.h"

#define DISK_BYTES (48ul << 20)
#define SWAPPED_BYTES (16ul << 20)
#define WRITTEN_BYTES (4ul << 20)
#define ROUNDS 3
#define SEED 7
#define DEADLINE_MS 2000
#define LOOK_MS 100
#define SWAPS "/proc/swaps"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

FIXTURE(zram_swap)
{
	struct testbed bed;
	struct zram zram;
	struct movable ballast;
	unsigned char *map;
	struct pattern_writer writer;
	__u64 swap_total_before;
};

FIXTURE_SETUP(zram_swap)
{
	int err;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	if (!text_file_exists(SWAPS))
		SKIP_SETUP("needs CONFIG_SWAP");
	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &self->swap_total_before));
	err = zram_open(&self->zram, &self->bed.guard, DISK_BYTES);
	if (err == -ENODEV)
		SKIP_SETUP("needs CONFIG_ZRAM");
	ASSERT_EQ(0, err);
	err = zram_swapon(&self->zram);
	ASSERT_EQ(0, err) {
		TH_LOG("swapon %s: %s", self->zram.device, strerror(-err));
	}
}

FIXTURE_TEARDOWN(zram_swap)
{
	__u64 swap_total;

	movable_free(&self->ballast);
	pattern_writer_stop(&self->writer);
	if (self->map)
		munmap(self->map, SWAPPED_BYTES);
	EXPECT_EQ(0, zram_close(&self->zram));
	EXPECT_EQ(0, meminfo_bytes("SwapTotal", &swap_total));
	EXPECT_EQ(self->swap_total_before, swap_total);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* What it takes to send pages to swap, and to know that they came back: NULL, or what lacks. */
static const char *why_not_swap_out(void)
{
	__u64 pages;

	if (madvise(NULL, 0, MADV_PAGEOUT))
		return "needs CONFIG_ADVISE_SYSCALLS, for MADV_PAGEOUT of Linux 5.4";
	return vmstat_read("pswpin", &pages) ? "needs CONFIG_VM_EVENT_COUNTERS" : NULL;
}

/* Memory to swap, @bytes of it filled; NULL where there is none. */
static unsigned char *map_filled(size_t bytes)
{
	unsigned char *map = mmap(NULL, SWAPPED_BYTES, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	pattern_fill(map, bytes, SEED);
	return map;
}

TEST_F(zram_swap, swap_is_accounted)
{
	size_t page = self->bed.page_size;
	__u64 total;

	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &total));
	/* All but the page of the header. */
	EXPECT_EQ(self->swap_total_before + DISK_BYTES - page, total);
}

/* In bytes: what of all swap is free, what of our memory is there. */
struct swap_figures {
	__u64 free, ours;
};

static void read_swap(struct __test_metadata *_metadata, struct swap_figures *figures)
{
	ASSERT_EQ(0, meminfo_bytes("SwapFree", &figures->free));
	ASSERT_EQ(0, self_status_bytes("VmSwap", &figures->ours));
}

/*
 * Slots in the caches of a processor are counted as taken: 64 to be given out and 64
 * that came back. Others may swap as well, but not a quarter of what we do.
 */
static __u64 uncertain_bytes(size_t page_size)
{
	__u64 cached = sysconf(_SC_NPROCESSORS_CONF) * (64 + 64) * page_size;

	return testbed_owns_machine() ? cached : cached + SWAPPED_BYTES / 4;
}

/* What we have in swap is not free. */
static void check_swap_is_taken(struct __test_metadata *_metadata,
				const struct swap_figures *before, __u64 uncertain)
{
	struct swap_figures now;

	read_swap(_metadata, &now);
	EXPECT_LE(before->ours + SWAPPED_BYTES / 2, now.ours);
	EXPECT_LE(now.free + now.ours, before->free + before->ours + uncertain) {
		TH_LOG("SwapFree %llu, then %llu; VmSwap %llu, then %llu",
		       (unsigned long long)before->free, (unsigned long long)now.free,
		       (unsigned long long)before->ours, (unsigned long long)now.ours);
	}
}

/* What we had there is free once our memory is gone. */
static void check_swap_is_given_back(struct __test_metadata *_metadata,
				     const struct swap_figures *before, __u64 uncertain)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	struct swap_figures now;

	do {
		read_swap(_metadata, &now);
	} while (now.free + uncertain < before->free && monotonic_ms() < end);
	EXPECT_LE(before->free, now.free + uncertain);
	TH_LOG("of %llu bytes of swap that were free, %llu are again",
	       (unsigned long long)before->free, (unsigned long long)now.free);
}

TEST_F_TIMEOUT(zram_swap, swapped_pages_survive_the_area_being_taken, 110)
{
	struct testbed *bed = &self->bed;
	__u64 uncertain = uncertain_bytes(bed->page_size), moved_before, moved, room;
	struct swap_figures before;
	const char *reason = why_not_swap_out();
	int err;

	if (!reason)
		reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	read_swap(_metadata, &before);
	self->map = map_filled(SWAPPED_BYTES);
	ASSERT_NE(NULL, self->map);
	ASSERT_EQ(0, madvise(self->map, SWAPPED_BYTES, MADV_PAGEOUT));
	check_swap_is_taken(_metadata, &before, uncertain);

	movable_free(&self->ballast);
	ASSERT_EQ(0, vmstat_read("pgmigrate_success", &moved_before));
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room cannot be taken from zram", bed->area->name,
		       (unsigned long long)room);
	}
	EXPECT_EQ(bed->used_at_start + (err ? 0 : room), testbed_used(bed));
	ASSERT_EQ(0, vmstat_read("pgmigrate_success", &moved));
	EXPECT_LT(moved_before, moved + !!bed->refused_pages) {
		TH_LOG("nothing moved out of the area: nothing was tested");
	}
	/* Swapped in while the area is taken. */
	EXPECT_EQ(-1, pattern_first_wrong(self->map, SWAPPED_BYTES / 2, SEED));
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	/* And the rest after it was returned. */
	EXPECT_EQ(-1, pattern_first_wrong(self->map, SWAPPED_BYTES, SEED));
	ASSERT_EQ(0, munmap(self->map, SWAPPED_BYTES));
	self->map = NULL;
	check_swap_is_given_back(_metadata, &before, uncertain);
	TH_LOG("area %s: %llu pages taken, %llu moved", bed->area->name, (unsigned long long)room,
	       (unsigned long long)(moved - moved_before));
}

/*
 * Pages on the way to zram and back, written to all the time, while the area that
 * both they and zram's memory lie in is taken and returned, over and over.
 */
TEST_F_TIMEOUT(zram_swap, swapping_goes_on_while_the_area_is_taken, 110)
{
	struct testbed *bed = &self->bed;
	struct pattern_writer *writer = &self->writer;
	const char *reason = why_not_swap_out();
	__u64 before, after, room;
	long bad;
	int round, err;

	if (!reason)
		reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	self->map = map_filled(WRITTEN_BYTES);
	ASSERT_NE(NULL, self->map);
	movable_free(&self->ballast);
	ASSERT_EQ(0, pattern_writer_start(writer, self->map, WRITTEN_BYTES));
	ASSERT_EQ(0, vmstat_read("pswpin", &before));
	for (round = 1; round <= ROUNDS; round++) {
		ASSERT_EQ(0, madvise(self->map, WRITTEN_BYTES, MADV_PAGEOUT));
		err = testbed_take_room(bed, &room);
		EXPECT_ROOM(bed, err, room) {
			TH_LOG("area %s: %llu pages of room cannot be taken from pages that are swapped, round %d",
			       bed->area->name, (unsigned long long)room, round);
		}
		EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
		EXPECT_TRUE(pattern_writer_goes_on(writer)) {
			TH_LOG("the writer does not come to the end of a round");
		}
	}
	ASSERT_EQ(0, vmstat_read("pswpin", &after));
	EXPECT_LT(before, after) {
		TH_LOG("no page came back from zram: nothing was tested");
	}
	bad = pattern_writer_stop(writer);
	EXPECT_EQ(-1, bad) {
		TH_LOG("a write to page %ld was lost", bad);
	}
	EXPECT_EQ(-1, pattern_first_wrong(self->map, WRITTEN_BYTES, SEED));
	TH_LOG("area %s: %llu pages swapped in meanwhile, %llu rounds written", bed->area->name,
	       (unsigned long long)(after - before),
	       (unsigned long long)background_steps(&writer->background));
}

FIXTURE(zram_steps)
{
	struct guard guard;
	struct zram zram;
};

FIXTURE_SETUP(zram_steps)
{
	int err;

	if (guard_open(&self->guard))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	err = zram_add(&self->zram, &self->guard);
	if (err == -ENODEV)
		SKIP_SETUP("needs CONFIG_ZRAM and root");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(zram_steps)
{
	EXPECT_EQ(0, zram_close(&self->zram));
	EXPECT_EQ(0, guard_close(&self->guard));
}

/* The line of /proc/swaps for our disk, or "". */
static void swaps_line(const char *device, char *line, size_t size)
{
	char *text, *at, mark[40];

	*line = '\0';
	if (text_file_read_all(SWAPS, &text) < 0)
		return;
	snprintf(mark, sizeof(mark), "%s ", device);
	at = strstr(text, mark);
	if (at)
		snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
	free(text);
}

/*
 * The tutorials' steps, word by word, on a disk of our own instead of zram0:
 *
 *	lsmod | grep zram			a module, or built in
 *	echo 128M > /sys/block/zram0/disksize
 *	mkswap /dev/zram0
 *	swapon /dev/zram0
 */
TEST_F(zram_steps, as_printed)
{
	char disksize[128], line[256], type[32] = "";
	unsigned long long size_kib = 0;
	__u64 before, total, bytes;
	int priority = 1, found;

	if (!text_file_exists(SWAPS))
		SKIP(return, "needs CONFIG_SWAP");
	EXPECT_TRUE(text_file_exists("/sys/class/zram-control"));
	zram_entry(&self->zram, "disksize", disksize, sizeof(disksize));
	ASSERT_EQ(0, text_file_write(disksize, "128M\n"));
	ASSERT_EQ(0, text_file_read_u64(disksize, &bytes));
	EXPECT_EQ(128ull << 20, bytes);
	self->zram.bytes = bytes;

	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &before));
	ASSERT_EQ(0, zram_mkswap(&self->zram));
	self->zram.swapoff_id = guard_swapoff(&self->guard, self->zram.device);
	ASSERT_EQ(0, swapon(self->zram.device, 0)) {
		TH_LOG("swapon %s: %s", self->zram.device, strerror(errno));
	}
	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &total));
	/* All but the page of the header. */
	EXPECT_EQ(before + bytes - pagemap_page_size(), total);
	swaps_line(self->zram.device, line, sizeof(line));
	found = sscanf(line, "%*s %31s %llu %*u %d", type, &size_kib, &priority);
	EXPECT_EQ(3, found) {
		TH_LOG("/proc/swaps: \"%s\"", line);
	}
	EXPECT_STREQ("partition", type);
	EXPECT_EQ((bytes - pagemap_page_size()) / 1024, size_kib);
	/* Without -p: behind all that has a priority. */
	EXPECT_GT(0, priority);

	/* In use its size stands, and it is not removed. */
	EXPECT_EQ(-EBUSY, text_file_write(disksize, "64M"));
	zram_entry(&self->zram, "reset", line, sizeof(line));
	EXPECT_EQ(-EBUSY, text_file_write(line, "1"));
	ASSERT_EQ(0, swapoff(self->zram.device));
	guard_cancel(&self->guard, self->zram.swapoff_id);
	self->zram.swapoff_id = 0;
	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &total));
	EXPECT_EQ(before, total);
}

TEST_F(zram_steps, what_is_no_size_is_refused)
{
	static const char *const sizes[] = { "0", "text" };
	char disksize[128];
	size_t i;

	zram_entry(&self->zram, "disksize", disksize, sizeof(disksize));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(-EINVAL, text_file_write(disksize, sizes[i])) {
			TH_LOG("disksize \"%s\"", sizes[i]);
		}
	}
}

/* Without a size there is nothing to read, without mkswap no swap. */
TEST_F(zram_steps, what_is_no_swap_is_refused)
{
	char disksize[128];

	if (!text_file_exists(SWAPS))
		SKIP(return, "needs CONFIG_SWAP");
	EXPECT_EQ(-1, swapon(self->zram.device, 0));
	EXPECT_EQ(EINVAL, errno);
	zram_entry(&self->zram, "disksize", disksize, sizeof(disksize));
	ASSERT_EQ(0, text_file_write(disksize, "128M"));
	EXPECT_EQ(-1, swapon(self->zram.device, 0));
	EXPECT_EQ(EINVAL, errno);
}

/* As udev looks, into each disk that is new or was written to. */
TEST_F(zram_steps, disk_that_is_looked_into_is_removed)
{
	int fd = open(self->zram.device, O_RDONLY | O_CLOEXEC);
	pid_t pid;

	ASSERT_LE(0, fd);
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		usleep(LOOK_MS * 1000);
		_exit(0);
	}
	close(fd);
	EXPECT_EQ(0, zram_close(&self->zram));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
}

TEST_HARNESS_MAIN
