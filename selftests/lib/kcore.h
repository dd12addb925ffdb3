/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read physical memory through /proc/kcore (CONFIG_PROC_KCORE, CAP_SYS_RAWIO).
 *
 * It is how a test sees what really lies in a page frame, where pagemap does
 * not tell which frame a mapping shows (dma-heap buffers after 6.1).
 */
#ifndef CMA_TESTS_KCORE_H
#define CMA_TESTS_KCORE_H

#include <linux/types.h>
#include <stddef.h>

#define KCORE_MAX_SEGMENTS 64

struct kcore_segment {
	__u64 paddr;
	__u64 bytes;
	__u64 offset;		/* in the file */
};

struct kcore {
	int fd;
	size_t count;
	struct kcore_segment segment[KCORE_MAX_SEGMENTS];
};

/*
 * kcore_open - find the segments of RAM.
 *
 * Returns 0 or -errno: -ENOENT without CONFIG_PROC_KCORE, -EPERM without
 * CAP_SYS_RAWIO or under lockdown, -EINVAL when it is no ELF core of ours.
 */
int kcore_open(struct kcore *kcore);
void kcore_close(struct kcore *kcore);

/*
 * kcore_read - copy @bytes at physical address @paddr.
 *
 * Returns 0 or -errno; -ENXIO when no segment holds the whole of it.
 */
int kcore_read(const struct kcore *kcore, __u64 paddr, void *to, size_t bytes);

#endif
