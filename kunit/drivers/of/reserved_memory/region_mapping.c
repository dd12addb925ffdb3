// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that finds a region through memory-region and maps it: with
 * memremap(), or with ioremap() as the alternative. Nobody but the driver may
 * touch a no-map region, so what it leaves there is found by its next load:
 *
 *	| mark | generation | ... nobody's ... | generation | mark |
 *	^ paddr					     paddr + bytes ^
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>

#include "drivers.h"

#define REGION_MARK 0x434d4154

u32 region_read(const struct region_mapping *mapping, size_t offset)
{
	if (mapping->io_vaddr)
		return readl(mapping->io_vaddr + offset);

	return READ_ONCE(*(u32 *)(mapping->vaddr + offset));
}

void region_write(const struct region_mapping *mapping, size_t offset,
		  u32 value)
{
	if (mapping->io_vaddr)
		writel(value, mapping->io_vaddr + offset);
	else
		WRITE_ONCE(*(u32 *)(mapping->vaddr + offset), value);
}

/* 1 on memory that has no mark, or whose two ends disagree. */
static u32 next_generation(const struct region_mapping *mapping)
{
	size_t end = mapping->bytes;
	u32 generation = region_read(mapping, 4);

	if (region_read(mapping, 0) != REGION_MARK ||
	    region_read(mapping, end - 4) != REGION_MARK ||
	    region_read(mapping, end - 8) != generation)
		return 1;

	return generation + 1;
}

static void leave_mark(const struct region_mapping *mapping)
{
	size_t end = mapping->bytes;

	region_write(mapping, 0, REGION_MARK);
	region_write(mapping, 4, mapping->generation);
	region_write(mapping, end - 8, mapping->generation);
	region_write(mapping, end - 4, REGION_MARK);
}

static int find_region(struct device *dev, struct resource *region)
{
	struct device_node *node;
	int err;

	node = of_parse_phandle(dev->of_node, "memory-region", 0);
	if (!node) {
		dev_err(dev, "No %s specified\n", "memory-region");
		return -EINVAL;
	}
	err = of_address_to_resource(node, 0, region);
	of_node_put(node);
	if (err)
		dev_err(dev, "No memory address assigned to the region\n");

	return err;
}

static void unmap_region(void *data)
{
	struct region_mapping *mapping = data;

	if (mapping->io_vaddr)
		iounmap(mapping->io_vaddr);
	else
		memunmap(mapping->vaddr);
}

static int map_region(struct device *dev, struct region_mapping *mapping)
{
	if (of_device_is_compatible(dev->of_node,
				    "cma-tests,reserved-memory-ioremap"))
		mapping->io_vaddr = ioremap(mapping->paddr, mapping->bytes);
	else
		mapping->vaddr = memremap(mapping->paddr, mapping->bytes,
					  MEMREMAP_WB);
	if (!mapping->vaddr && !mapping->io_vaddr) {
		dev_err(dev, "Could not map the region\n");
		return -ENOMEM;
	}

	return devm_add_action_or_reset(dev, unmap_region, mapping);
}

static int region_mapping_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct region_mapping *mapping;
	struct resource region;
	int err;

	dev_info(dev, "Device Tree Probing\n");
	mapping = devm_kzalloc(dev, sizeof(*mapping), GFP_KERNEL);
	if (!mapping)
		return -ENOMEM;
	err = find_region(dev, &region);
	if (err)
		return err;
	mapping->paddr = region.start;
	mapping->bytes = resource_size(&region);
	err = map_region(dev, mapping);
	if (err)
		return err;

	mapping->generation = next_generation(mapping);
	leave_mark(mapping);
	platform_set_drvdata(pdev, mapping);
	dev_info(dev, "Allocated reserved memory, vaddr: 0x%011llX, paddr: 0x%011llX\n",
		 (u64)(uintptr_t)(mapping->vaddr ?: (__force void *)mapping->io_vaddr),
		 (u64)mapping->paddr);
	dev_info(dev, "mapped for the %u. time\n", mapping->generation);

	return 0;
}

static const struct of_device_id region_mapping_match[] = {
	{ .compatible = "xlnx,reserved-memory" },
	{ .compatible = "vendor,dsp-controller" },
	{ .compatible = "cma-tests,reserved-memory-ioremap" },
	{ }
};
MODULE_DEVICE_TABLE(of, region_mapping_match);

struct platform_driver region_mapping_driver = {
	.probe = region_mapping_probe,
	.driver = {
		.name = "reserved-memory",
		.of_match_table = region_mapping_match,
	},
};

#ifdef MODULE
module_platform_driver(region_mapping_driver);
MODULE_DESCRIPTION("cma-tests: maps the region of a device");
MODULE_LICENSE("GPL");
#endif
