/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Drivers that use reserved memory as drivers of boards do, each in the kernel
 * (the suites load it) and, from the same source, as a module.
 */
#ifndef _CMA_TESTS_DRIVERS_H
#define _CMA_TESTS_DRIVERS_H

#include <linux/platform_device.h>
#include <linux/types.h>

/* What region_mapping_driver has for a bound device: one of the addresses. */
struct region_mapping {
	phys_addr_t paddr;
	size_t bytes;
	void *vaddr;			/* memremap() */
	void __iomem *io_vaddr;		/* ioremap() */
	u32 generation;			/* how often the region was mapped */
};

/* What pool_buffer_driver has for a bound device; bytes 0: no buffer. */
struct pool_buffer {
	struct device *dev;
	void *vaddr;
	dma_addr_t paddr;
	size_t bytes;
};

extern struct platform_driver region_mapping_driver;
extern struct platform_driver pool_buffer_driver;

u32 region_read(const struct region_mapping *mapping, size_t offset);
void region_write(const struct region_mapping *mapping, size_t offset,
		  u32 value);

#endif
