// SPDX-License-Identifier: GPL-2.0
/*
 * zram as swap: a process's pages are compressed into zram's own memory, some
 * of which lies in the area. The area is taken and returned meanwhile; what
 * was swapped out must come back bit for bit, and the accounts must agree.
 *
 *	process	[pppppppp] --swap--> zram [cccc] partly in the area
 *	area	[..c..c.c....]	->	  [XXXXXXXXXXXXX]  all of it is taken
 *	process	[pppppppp] <--------- zram [cccc] elsewhere
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pattern.h"
#include "testbed.h"
#include "zram.h"

#define DISK_BYTES (48ul << 20)
#define SWAPPED_BYTES (16ul << 20)
#define SEED 7
#define ATTEMPTS 5

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

FIXTURE(zram_swap)
{
	struct testbed bed;
	struct zram zram;
	struct movable ballast;
	unsigned char *map;
	__u64 swap_total_before;
};

FIXTURE_SETUP(zram_swap)
{
	int err;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
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
	if (self->map)
		munmap(self->map, SWAPPED_BYTES);
	EXPECT_EQ(0, zram_close(&self->zram));
	EXPECT_EQ(0, meminfo_bytes("SwapTotal", &swap_total));
	EXPECT_EQ(self->swap_total_before, swap_total);
	CLOSE_QUIET_TESTBED(&self->bed);
}

TEST_F(zram_swap, swap_is_accounted)
{
	size_t page = self->bed.page_size;
	__u64 total;

	ASSERT_EQ(0, meminfo_bytes("SwapTotal", &total));
	/* All but the page of the header. */
	EXPECT_EQ(self->swap_total_before + DISK_BYTES - page, total);
}

TEST_F_TIMEOUT(zram_swap, swapped_pages_survive_the_area_being_taken, 110)
{
	struct testbed *bed = &self->bed;
	__u64 swapped, room;
	int attempt, err = -ENOMEM;
	const char *reason;

	reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	self->map = mmap(NULL, SWAPPED_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->map);
	pattern_fill(self->map, SWAPPED_BYTES, SEED);
	ASSERT_EQ(0, madvise(self->map, SWAPPED_BYTES, MADV_PAGEOUT));
	EXPECT_EQ(0, self_status_bytes("VmSwap", &swapped));
	EXPECT_LE(SWAPPED_BYTES / 2, swapped);

	movable_free(&self->ballast);
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &room));
	for (attempt = 0; err == -ENOMEM && attempt < ATTEMPTS; attempt++)
		err = testbed_debugfs_alloc(bed, room);
	EXPECT_EQ(0, err) {
		TH_LOG("area %s: %llu pages of room cannot be taken with %llu bytes in zram",
		       bed->area->name, (unsigned long long)room, (unsigned long long)swapped);
	}
	EXPECT_EQ(bed->used_at_start + (err ? 0 : room), testbed_used(bed));
	/* Swapped in while the area is taken. */
	EXPECT_EQ(-1, pattern_first_wrong(self->map, SWAPPED_BYTES / 2, SEED));
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	/* And the rest after it was returned. */
	EXPECT_EQ(-1, pattern_first_wrong(self->map, SWAPPED_BYTES, SEED));
	TH_LOG("area %s: %llu bytes were swapped out, %llu pages taken", bed->area->name,
	       (unsigned long long)swapped, (unsigned long long)room);
}

TEST_HARNESS_MAIN
