// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/cma_bench, see cma_bench.h.
 *
 * Every other way to the allocator adds something of its own: debugfs asks for
 * alignment 0 and formats text, dma-heap zeroes pages and chooses the
 * alignment. Here the clock is read right before and right after the call.
 */
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "cma_bench.h"

struct cma_bench_block {
	struct list_head list;
	u64 handle;
	struct cma *cma;
	struct page *pages;
	unsigned long count;
};

struct cma_bench_file {
	/* Of the list only: several threads may be inside cma_alloc(). */
	struct mutex lock;
	struct list_head blocks;
	u64 last_handle;
};

struct cma_bench_search {
	const char *name;
	struct cma *found;
};

static int cma_bench_compare(struct cma *cma, void *data)
{
	struct cma_bench_search *search = data;

	if (strcmp(cma_get_name(cma), search->name))
		return 0;
	search->found = cma;
	return 1;
}

/* A module cannot walk all areas: it sees those that devices allocate from. */
static struct cma *cma_bench_find(const char *name)
{
	struct cma_bench_search search = { .name = name };
#ifdef MODULE
	struct cma *cma = dev_get_cma_area(NULL);
	unsigned int i;

	if (cma && cma_bench_compare(cma, &search))
		return search.found;
	for (i = 0; (cma = dma_contiguous_get_area_by_idx(i)); i++)
		if (cma_bench_compare(cma, &search))
			break;
#else
	cma_for_each_area(cma_bench_compare, &search);
#endif
	return search.found;
}

static int cma_bench_open(struct inode *inode, struct file *file)
{
	struct cma_bench_file *bench = kzalloc(sizeof(*bench), GFP_KERNEL);

	if (!bench)
		return -ENOMEM;
	mutex_init(&bench->lock);
	INIT_LIST_HEAD(&bench->blocks);
	file->private_data = bench;
	return 0;
}

static int cma_bench_close(struct inode *inode, struct file *file)
{
	struct cma_bench_file *bench = file->private_data;
	struct cma_bench_block *block, *next;

	list_for_each_entry_safe(block, next, &bench->blocks, list) {
		cma_release(block->cma, block->pages, block->count);
		kfree(block);
	}
	kfree(bench);
	return 0;
}

static void cma_bench_keep(struct cma_bench_file *bench,
			   struct cma_bench_block *block)
{
	mutex_lock(&bench->lock);
	block->handle = ++bench->last_handle;
	list_add(&block->list, &bench->blocks);
	mutex_unlock(&bench->lock);
}

static long cma_bench_alloc(struct cma_bench_file *bench, void __user *user)
{
	struct cma_bench_block *block;
	struct cma_bench_alloc args;
	u64 start_ns;
	long err = 0;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	if (strnlen(args.area, sizeof(args.area)) == sizeof(args.area) ||
	    args.reserved || args.align_order >= BITS_PER_LONG)
		return -EINVAL;
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	block->cma = cma_bench_find(args.area);
	block->count = args.count_pages;
	if (!block->cma) {
		kfree(block);
		return -ENOENT;
	}

	start_ns = ktime_get_ns();
	block->pages = cma_alloc(block->cma, block->count, args.align_order,
				 false);
	args.latency_ns = ktime_get_ns() - start_ns;

	if (block->pages) {
		args.pfn = page_to_pfn(block->pages);
		cma_bench_keep(bench, block);
		args.handle = block->handle;
	} else {
		kfree(block);
		err = -ENOMEM;
	}
	/* The block is kept: the caller that cannot be told still closes. */
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : err;
}

static struct cma_bench_block *cma_bench_take(struct cma_bench_file *bench,
					      u64 handle)
{
	struct cma_bench_block *block, *found = NULL;

	mutex_lock(&bench->lock);
	list_for_each_entry(block, &bench->blocks, list) {
		if (block->handle != handle)
			continue;
		found = block;
		list_del(&block->list);
		break;
	}
	mutex_unlock(&bench->lock);
	return found;
}

static long cma_bench_release(struct cma_bench_file *bench, void __user *user)
{
	struct cma_bench_release args;
	struct cma_bench_block *block;
	u64 start_ns;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	block = cma_bench_take(bench, args.handle);
	if (!block)
		return -ENOENT;

	start_ns = ktime_get_ns();
	cma_release(block->cma, block->pages, block->count);
	args.latency_ns = ktime_get_ns() - start_ns;

	kfree(block);
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : 0;
}

static long cma_bench_ioctl(struct file *file, unsigned int command,
			    unsigned long argument)
{
	void __user *user = (void __user *)argument;

	switch (command) {
	case CMA_BENCH_ALLOC:
		return cma_bench_alloc(file->private_data, user);
	case CMA_BENCH_RELEASE:
		return cma_bench_release(file->private_data, user);
	}
	return -ENOTTY;
}

static const struct file_operations cma_bench_operations = {
	.owner = THIS_MODULE,
	.open = cma_bench_open,
	.release = cma_bench_close,
	.unlocked_ioctl = cma_bench_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice cma_bench_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cma_bench",
	.mode = 0600,
	.fops = &cma_bench_operations,
};

module_misc_device(cma_bench_device);
MODULE_DESCRIPTION("Times cma_alloc() and cma_release()");
MODULE_LICENSE("GPL");
