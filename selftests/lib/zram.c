// SPDX-License-Identifier: GPL-2.0
#include "zram.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "monotonic.h"
#include "pagemap.h"
#include "text_file.h"

#define CONTROL "/sys/class/zram-control"
#define LOOK_DEADLINE_MS 5000

void zram_entry(const struct zram *zram, const char *entry, char *path, size_t size)
{
	snprintf(path, size, "/sys/block/zram%d/%s", zram->number, entry);
}

int zram_add(struct zram *zram, struct guard *guard)
{
	char number[16];

	memset(zram, 0, sizeof(*zram));
	zram->guard = guard;
	zram->remove_id = guard_create(guard, CONTROL "/hot_add", CONTROL "/hot_remove",
				       number, sizeof(number));
	if (zram->remove_id < 0)
		return guard_lacks(zram->remove_id) ? -ENODEV : zram->remove_id;
	zram->number = atoi(number);
	snprintf(zram->device, sizeof(zram->device), "/dev/zram%d", zram->number);
	return 0;
}

int zram_open(struct zram *zram, struct guard *guard, __u64 bytes)
{
	int err = zram_add(zram, guard);
	char path[128];

	if (err)
		return err;
	zram->bytes = bytes;
	zram_entry(zram, "disksize", path, sizeof(path));
	return text_file_write_u64(path, bytes);
}

/* A header of one page. */
int zram_mkswap(const struct zram *zram)
{
	size_t size = pagemap_page_size();
	char *page = calloc(1, size);
	int fd = open(zram->device, O_WRONLY | O_CLOEXEC), err = 0;
	struct {
		__u32 version, last_page, bad_pages;
	} header = { 1, zram->bytes / size - 1, 0 };

	if (!page || fd < 0) {
		err = fd < 0 ? -errno : -ENOMEM;
	} else {
		memcpy(page + 1024, &header, sizeof(header));
		memcpy(page + size - 10, "SWAPSPACE2", 10);
		if (pwrite(fd, page, size, 0) != (ssize_t)size || fsync(fd))
			err = -EIO;
	}
	if (fd >= 0)
		close(fd);
	free(page);
	return err;
}

int zram_swapon(struct zram *zram)
{
	int err = zram_mkswap(zram);

	if (err)
		return err;
	zram->swapoff_id = guard_swapoff(zram->guard, zram->device);
	if (swapon(zram->device, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK)) {
		err = -errno;
		guard_cancel(zram->guard, zram->swapoff_id);
		zram->swapoff_id = 0;
	}
	return err;
}

/* udev looks into each disk that is new or was written to, and none that is open is removed. */
static int remove_disk(const struct zram *zram)
{
	long long end = monotonic_deadline_ms(LOOK_DEADLINE_MS);
	char text[32];
	int err;

	snprintf(text, sizeof(text), "%d", zram->number);
	err = text_file_write(CONTROL "/hot_remove", text);
	while (err == -EBUSY && monotonic_ms() < end) {
		usleep(10 * 1000);
		err = text_file_write(CONTROL "/hot_remove", text);
	}
	return err;
}

int zram_close(struct zram *zram)
{
	int err;

	if (!zram->guard || !zram->device[0])
		return 0;
	if (zram->swapoff_id) {
		if (swapoff(zram->device))
			return -errno;
		guard_cancel(zram->guard, zram->swapoff_id);
	}
	err = remove_disk(zram);
	if (err == 0)
		guard_cancel(zram->guard, zram->remove_id);
	zram->guard = NULL;
	return err;
}
