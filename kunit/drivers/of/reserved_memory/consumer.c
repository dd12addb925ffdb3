// SPDX-License-Identifier: GPL-2.0
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/vmalloc.h>

#include "../../../../mm/tests/area_state.h"
#include "consumer.h"

/* A machine's tree has a hundred nodes or two. */
#define MAX_NODES 1024

struct node_references {
	struct kunit *test;
	unsigned int nr;
	struct {
		struct device_node *node;
		unsigned int references;
	} nodes[MAX_NODES];
};

/* The walk itself holds the node that it stands on, each time alike. */
static void count_references(struct node_references *now)
{
	struct device_node *node;

	now->nr = 0;
	for_each_of_allnodes(node) {
		if (now->nr == MAX_NODES) {
			of_node_put(node);
			break;
		}
		now->nodes[now->nr].node = node;
		now->nodes[now->nr++].references =
			kref_read(&node->kobj.kref);
	}
}

static void expect_same_references(void *data)
{
	struct node_references *before = data;
	struct kunit *test = before->test;
	struct node_references *now;
	unsigned int i;

	now = kunit_kzalloc(test, sizeof(*now), GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, now);
	if (!now)
		return;
	count_references(now);
	KUNIT_EXPECT_EQ_MSG(test, before->nr, now->nr,
			    "expected %u nodes in the device tree, got %u",
			    before->nr, now->nr);
	for (i = 0; i < min(before->nr, now->nr); i++)
		KUNIT_EXPECT_EQ_MSG(test, before->nodes[i].references,
				    now->nodes[i].references,
				    "node %pOF: expected %u references as before, got %u",
				    before->nodes[i].node,
				    before->nodes[i].references,
				    now->nodes[i].references);
}

int consumers_must_be_restored(struct kunit *test)
{
	struct node_references *before;
	struct device_node *node;
	int err;

	node = of_find_node_by_path("/reserved-driver");
	if (!node)
		kunit_skip(test, "no node /reserved-driver: boot with dts-fixtures/test-drivers.dtso");
	of_node_put(node);

	err = areas_must_be_restored(test);
	if (err)
		return err;
	before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	if (!before)
		return -ENOMEM;
	before->test = test;
	count_references(before);

	return kunit_add_action(test, expect_same_references, before);
}

static void driver_unload(void *driver)
{
	platform_driver_unregister(driver);
}

void driver_load_kunit(struct kunit *test, struct platform_driver *driver)
{
	KUNIT_ASSERT_EQ_MSG(test, 0, platform_driver_register(driver),
			    "cannot load driver %s", driver->driver.name);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, driver_unload, driver));
}

void driver_unload_kunit(struct kunit *test, struct platform_driver *driver)
{
	kunit_release_action(test, driver_unload, driver);
}

static void consumer_put(void *dev)
{
	put_device(dev);
}

struct device *consumer_kunit(struct kunit *test, const char *path)
{
	struct device_node *node = of_find_node_by_path(path);
	struct platform_device *pdev;

	KUNIT_ASSERT_NOT_NULL_MSG(test, node, "no node %s in the device tree",
				  path);
	pdev = of_find_device_by_node(node);
	of_node_put(node);
	KUNIT_ASSERT_NOT_NULL_MSG(test, pdev, "node %s has no device", path);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, consumer_put,
						  &pdev->dev));

	return &pdev->dev;
}

void *consumer_data_kunit(struct kunit *test, const char *path)
{
	struct device *dev = consumer_kunit(test, path);

	KUNIT_ASSERT_NOT_NULL_MSG(test, dev->driver,
				  "%s: expected a driver to bind, none did",
				  path);

	return dev_get_drvdata(dev);
}

bool is_mapped(const void *vaddr, phys_addr_t paddr)
{
	struct vm_struct *area = find_vm_area(vaddr);

	return area && area->phys_addr == (paddr & PAGE_MASK);
}
