// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that takes the pool of its device and a coherent buffer out of it.
 * What the pool is, the region says: with no-map a coherent pool, with reusable
 * a CMA area that is this device's alone.
 *
 * The order is that of boards' drivers: the pool first, the mask after it. The
 * buffer's size is in cma-tests,buffer-bytes; 0 leaves allocating to others.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>

#include "drivers.h"

static void release_pool(void *dev)
{
	of_reserved_mem_device_release(dev);
}

static int take_pool(struct device *dev)
{
	int err = of_reserved_mem_device_init(dev);

	if (err) {
		dev_err(dev, "Could not get reserved memory\n");
		return err;
	}

	return devm_add_action_or_reset(dev, release_pool, dev);
}

static void free_buffer(void *data)
{
	struct pool_buffer *buffer = data;

	dma_free_coherent(buffer->dev, buffer->bytes, buffer->vaddr,
			  buffer->paddr);
}

static int take_buffer(struct device *dev, struct pool_buffer *buffer)
{
	u32 bytes = SZ_1M;
	int err;

	of_property_read_u32(dev->of_node, "cma-tests,buffer-bytes", &bytes);
	if (!bytes)
		return 0;
	buffer->dev = dev;
	buffer->bytes = bytes;
	buffer->vaddr = dma_alloc_coherent(dev, bytes, &buffer->paddr,
					   GFP_KERNEL);
	err = buffer->vaddr ? 0 : -ENOMEM;
	if (err) {
		dev_err(dev, "Could not allocate %u bytes, ret=%d\n", bytes, err);
		return err;
	}
	dev_info(dev, "Allocated coherent memory, vaddr: 0x%011llX, paddr: 0x%011llX\n",
		 (u64)(uintptr_t)buffer->vaddr, (u64)buffer->paddr);

	return devm_add_action_or_reset(dev, free_buffer, buffer);
}

static int pool_buffer_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct pool_buffer *buffer;
	int err;

	dev_info(dev, "Device Tree Probing\n");
	buffer = devm_kzalloc(dev, sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	err = take_pool(dev);
	if (err)
		return err;
	err = dma_set_coherent_mask(dev, 0xFFFFFFFF);
	if (err) {
		dev_err(dev, "Could not set the coherent mask\n");
		return err;
	}
	err = take_buffer(dev, buffer);
	if (err)
		return err;
	platform_set_drvdata(pdev, buffer);

	return 0;
}

static const struct of_device_id pool_buffer_match[] = {
	{ .compatible = "xlnx,reserved-memory-pool" },
	{ .compatible = "vendor,vpu-driver" },
	{ }
};
MODULE_DEVICE_TABLE(of, pool_buffer_match);

struct platform_driver pool_buffer_driver = {
	.probe = pool_buffer_probe,
	.driver = {
		.name = "reserved-memory-pool",
		.of_match_table = pool_buffer_match,
	},
};

#ifdef MODULE
module_platform_driver(pool_buffer_driver);
MODULE_DESCRIPTION("cma-tests: takes a buffer out of the pool of a device");
MODULE_LICENSE("GPL");
#endif
