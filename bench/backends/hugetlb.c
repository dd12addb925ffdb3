// SPDX-License-Identifier: GPL-2.0
/*
 * Gigantic pages from a hugetlb_cma= area: each buffer is one write of a larger
 * number to nr_hugepages in sysfs, its release one of the number before. The
 * kernel zeroes nothing here; that is left to the page fault.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bench.h"
#include "text_file.h"

#define HUGEPAGES_ROOT "/sys/kernel/mm/hugepages"

struct hugetlb {
	int fd;			/* nr_hugepages of the gigantic size */
	__u64 page_pages;	/* base pages of a gigantic page */
	__u64 taken;		/* gigantic pages, those of others included */
};

/* The largest size there is: the only one that comes from CMA. */
static __u64 gigantic_kbytes(void)
{
	DIR *folder = opendir(HUGEPAGES_ROOT);
	struct dirent *entry;
	unsigned long long kbytes;
	__u64 largest = 0;

	if (!folder)
		return 0;
	while ((entry = readdir(folder)))
		if (sscanf(entry->d_name, "hugepages-%llukB", &kbytes) == 1 &&
		    kbytes > largest)
			largest = kbytes;
	closedir(folder);
	return largest;
}

static int hugetlb_open(const struct target *target, void **state,
			struct reason *why)
{
	__u64 kbytes = gigantic_kbytes();
	struct hugetlb *hugetlb;
	char path[128];

	if (strncmp(target->area->name, "hugetlb", strlen("hugetlb")))
		return refuse(why, -ENOENT, "area %s is none of hugetlb's: boot with hugetlb_cma=, name --area hugetlb0",
			      target->area->name);
	snprintf(path, sizeof(path), HUGEPAGES_ROOT "/hugepages-%llukB/nr_hugepages",
		 kbytes);
	hugetlb = calloc(1, sizeof(*hugetlb));
	if (!hugetlb)
		return refuse(why, -ENOMEM, "out of memory");
	hugetlb->page_pages = kbytes * 1024 / target->page_size_bytes;
	hugetlb->fd = open(path, O_RDWR | O_CLOEXEC);
	if (hugetlb->fd < 0 || text_file_read_u64(path, &hugetlb->taken)) {
		refuse(why, -errno, "cannot open %s: %m (CONFIG_HUGETLBFS, root)",
		       path);
		if (hugetlb->fd >= 0)
			close(hugetlb->fd);
		free(hugetlb);
		return -ENOENT;
	}
	*state = hugetlb;
	return 0;
}

static int hugetlb_serves(void *state, __u64 pages, struct reason *why)
{
	struct hugetlb *hugetlb = state;

	if (!(pages % hugetlb->page_pages))
		return 0;
	return refuse(why, -EINVAL, "sizes must be whole gigantic pages of %llu pages each, found %llu: name --sizes %llu",
		      hugetlb->page_pages, pages, hugetlb->page_pages);
}

static void hugetlb_prepare(void *state, struct buffer *buffer)
{
	struct hugetlb *hugetlb = state;

	buffer->text_length = snprintf(buffer->text, sizeof(buffer->text),
				       "%llu\n", hugetlb->taken + buffer->pages /
				       hugetlb->page_pages);
}

/* The kernel takes what it can get and says nothing: it has to be asked. */
static int hugetlb_alloc(void *state, struct buffer *buffer)
{
	struct hugetlb *hugetlb = state;
	__u64 wanted = buffer->pages / hugetlb->page_pages;
	char text[32] = "";
	__u64 now;

	/* The model is learned with sizes of its own. */
	if (!wanted || buffer->pages % hugetlb->page_pages)
		return -EINVAL;
	if (pwrite(hugetlb->fd, buffer->text, buffer->text_length, 0) < 0 ||
	    pread(hugetlb->fd, text, sizeof(text) - 1, 0) < 0)
		return -errno;
	now = strtoull(text, NULL, 10);
	if (now == hugetlb->taken + wanted) {
		hugetlb->taken = now;
		return 0;
	}
	if (now > hugetlb->taken)
		dprintf(hugetlb->fd, "%llu\n", hugetlb->taken);
	return -ENOMEM;
}

static int hugetlb_release(void *state, struct buffer *buffer)
{
	struct hugetlb *hugetlb = state;
	char text[24];		/* buffer->text is that of the next alloc() */
	int length;

	hugetlb->taken -= buffer->pages / hugetlb->page_pages;
	length = snprintf(text, sizeof(text), "%llu\n", hugetlb->taken);
	return pwrite(hugetlb->fd, text, length, 0) < 0 ? -errno : 0;
}

static void hugetlb_close(void *state)
{
	struct hugetlb *hugetlb = state;

	close(hugetlb->fd);
	free(hugetlb);
}

static const struct backend hugetlb = {
	.name = "hugetlb",
	.help = "gigantic pages of a hugetlb_cma= area, through nr_hugepages",
	.needs_area = true,
	.is_single = true,
	.align_order = ALIGN_UNKNOWN,
	.open = hugetlb_open,
	.serves = hugetlb_serves,
	.prepare = hugetlb_prepare,
	.alloc = hugetlb_alloc,
	.release = hugetlb_release,
	.close = hugetlb_close,
};

REGISTER_BACKEND(hugetlb)
