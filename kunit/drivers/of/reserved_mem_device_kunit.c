// SPDX-License-Identifier: GPL-2.0
/*
 * Which device gets which region: memory-region by index and by name, over a
 * copy of drivers/of/of_reserved_mem.c and nodes of our own in the live tree:
 *
 *	/ {
 *		pool-a { phandle = A; };   region "pool-a"
 *		pool-b { phandle = B; };   region "pool-b"
 *		consumer { memory-region = <...>; memory-region-names = ...; };
 *	}
 */
#include "reserved_mem_copy.h"
#include <linux/of.h>

/* Above what dtc gives out, and nobody's: the case looks. */
#define PHANDLE_A 0x7ead0001
#define PHANDLE_B 0x7ead0002
#define PHANDLE_NOBODY 0x7ead00ff

#define CONSUMER_REFS_MAX 4

struct live_node {
	struct device_node node;
	struct property property[4];
	__be32 cells[CONSUMER_REFS_MAX];
};

static void __init live_property(struct live_node *live, const char *name,
				 const void *value, int length)
{
	struct property *property = live->property;

	while (property->name)
		property++;
	property->name = (char *)name;
	property->value = (void *)value;
	property->length = length;
	property->next = live->node.properties;
	live->node.properties = property;
}

/* The tree drops its reference, and this the one that the node began with. */
static void __init live_node_detach(void *context)
{
	struct live_node *live = context;

	of_detach_node(&live->node);
	of_node_put(&live->node);
}

static struct live_node __init *live_node_kunit(struct kunit *test,
						const char *name, u32 phandle)
{
	struct live_node *live = kunit_kzalloc(test, sizeof(*live), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, live);
	of_node_init(&live->node);
	live->node.full_name = name;
	live->node.parent = of_root;
	/* Nobody shall make a platform device of it. */
	of_node_set_flag(&live->node, OF_POPULATED);
	live->cells[0] = cpu_to_be32(phandle);
	live_property(live, "name", name, strlen(name) + 1);
	if (phandle)
		live_property(live, "phandle", live->cells, sizeof(__be32));

	return live;
}

static struct device_node __init *live_attach_kunit(struct kunit *test,
						    struct live_node *live)
{
	KUNIT_ASSERT_EQ(test, of_attach_node(&live->node), 0);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   live_node_detach,
							   live));
	return &live->node;
}

static struct device_node __init *pool(struct kunit *test, const char *name,
				       u32 phandle, bool available)
{
	struct device_node *taken = of_find_node_by_phandle(phandle);
	struct live_node *live;

	of_node_put(taken);
	KUNIT_ASSERT_NULL_MSG(test, taken, "phandle %x is taken", phandle);
	live = live_node_kunit(test, name, phandle);
	if (!available)
		live_property(live, "status", "disabled", sizeof("disabled"));

	return live_attach_kunit(test, live);
}

static struct device_node __init *consumer(struct kunit *test,
					   const u32 *phandles,
					   unsigned int nr,
					   const char *names, int names_size)
{
	struct live_node *live = live_node_kunit(test, "consumer", 0);
	unsigned int i;

	for (i = 0; i < nr; i++)
		live->cells[i] = cpu_to_be32(phandles[i]);
	if (nr)
		live_property(live, "memory-region", live->cells,
			      nr * sizeof(__be32));
	if (names)
		live_property(live, "memory-region-names", names, names_size);

	return live_attach_kunit(test, live);
}

static unsigned int __init references(const struct device_node *node)
{
	return kref_read(&node->kobj.kref);
}

static const struct reserved_mem_ops device_ops = {
	.device_init = fake_device_init,
	.device_release = fake_device_release,
};

static struct reserved_mem __init *know(const char *name, u32 phandle)
{
	struct reserved_mem *rmem = &reserved_mem[reserved_mem_count++];

	rmem->name = name;
	rmem->base = MEMORY_BASE;
	rmem->size = SZ_1M * reserved_mem_count;
	rmem->ops = &device_ops;
#ifdef HAS___find_rmem
	rmem->phandle = phandle;
#endif

	return rmem;
}

static struct device __init *device_kunit(struct kunit *test)
{
	struct device *device = kunit_kzalloc(test, sizeof(*device),
					      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, device);
	device->init_name = "consumer";

	return device;
}

static const u32 both[] __initconst = { PHANDLE_A, PHANDLE_B };
static const char both_names[] __initconst = "first\0second";

static struct reserved_mem __init *assigned(struct device *device)
{
	struct rmem_assigned_device *rd;

	list_for_each_entry(rd, &of_rmem_assigned_device_list, list)
		if (rd->dev == device)
			return rd->rmem;

	return NULL;
}

/* A lock that is kept is let go: the next call would wait for it for ever. */
static int __init init_by_idx(struct device *device, struct device_node *np,
			      int idx)
{
	int err = of_reserved_mem_device_init_by_idx(device, np, idx);

	if (mutex_is_locked(&of_rmem_assigned_device_mutex)) {
		mutex_unlock(&of_rmem_assigned_device_mutex);
		return -EDEADLK;
	}

	return err;
}

static void __init region_is_assigned_by_index(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *b = pool(test, "pool-b", PHANDLE_B, true);
	struct device_node *np = consumer(test, both, 2, NULL, 0);
	unsigned int before_a = references(a), before_b = references(b);
	unsigned int before_np = references(np);
	struct reserved_mem *rmem_a, *rmem_b;

	forget_all();
	rmem_a = know("pool-a", PHANDLE_A);
	rmem_b = know("pool-b", PHANDLE_B);
	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 1), 0);
	KUNIT_EXPECT_PTR_EQ(test, assigned(device), rmem_b);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 1);
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_EQ(test, fake.nr_releases, 1);
	KUNIT_EXPECT_NULL(test, assigned(device));

	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 0), 0);
	KUNIT_EXPECT_PTR_EQ(test, assigned(device), rmem_a);
	of_reserved_mem_device_release(device);
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_releases, 2,
			    "a second release has nothing to release");
	KUNIT_EXPECT_EQ(test, references(a), before_a);
	KUNIT_EXPECT_EQ(test, references(b), before_b);
	KUNIT_EXPECT_EQ(test, references(np), before_np);
}

static void __init region_is_assigned_by_name(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct device_node *b = pool(test, "pool-b", PHANDLE_B, true);
	struct device_node *np = consumer(test, both, 2, both_names,
					  sizeof(both_names));
	unsigned int before = references(b);
	struct reserved_mem *rmem;

	forget_all();
	rmem = know("pool-b", PHANDLE_B);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_device_init_by_name(device, np,
								  "second"), 0);
	KUNIT_EXPECT_PTR_EQ(test, assigned(device), rmem);
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_EQ(test, references(b), before);
}

/* A name that is not listed, a beginning of one that is, and no list at all. */
static void __init unknown_name_is_refused(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *named = consumer(test, both, 2, both_names,
					     sizeof(both_names));
	unsigned int before = references(a);

	forget_all();
	know("pool-a", PHANDLE_A);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_device_init_by_name(device, named,
								  "third"),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_device_init_by_name(device, named,
								  "firs"),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_device_init_by_name(device, a,
								  "first"),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 0);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_EQ(test, references(a), before);
}

/* Of two references with one name, the first is what the name means. */
static void __init first_of_a_duplicate_name_is_assigned(struct kunit *test)
{
	static const char names[] __initconst = "same\0same";
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *b = pool(test, "pool-b", PHANDLE_B, true);
	struct device_node *np = consumer(test, both, 2, names, sizeof(names));
	unsigned int before = references(a) + references(b);
	struct reserved_mem *rmem_a;

	forget_all();
	rmem_a = know("pool-a", PHANDLE_A);
	know("pool-b", PHANDLE_B);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_device_init_by_name(device, np,
								  "same"), 0);
	KUNIT_EXPECT_PTR_EQ(test, assigned(device), rmem_a);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 1);
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_EQ(test, references(a) + references(b), before);
}

/* A reference that leads nowhere: an error, no assignment, nothing held. */
static void __init bad_references_are_refused(struct kunit *test)
{
	static const u32 bad[] __initconst = { PHANDLE_NOBODY, 0, PHANDLE_A };
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *np = consumer(test, bad, 3, NULL, 0);
	unsigned int before = references(a);
	struct reserved_mem *rmem;

	forget_all();
	KUNIT_EXPECT_EQ(test, init_by_idx(NULL, np, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, init_by_idx(device, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, 0),
			    -ENODEV, "a phandle of nobody");
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, 1),
			    -ENODEV, "phandle 0");
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, 3),
			    -ENODEV, "an index behind the last");
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, -1),
			    -ENODEV, "a negative index");
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, a, 0),
			    -ENODEV, "a node without memory-region");

	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, 2),
			    -EINVAL, "a node that is no region");
	rmem = know("pool-a", PHANDLE_A);
	rmem->ops = NULL;
	KUNIT_EXPECT_EQ_MSG(test,
			    init_by_idx(device, np, 2),
			    -EINVAL, "a region without a driver");
	KUNIT_EXPECT_EQ(test, references(a), before);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 0);
}

/* A region that is switched off is no error, and no region. */
static void __init disabled_region_is_passed_over(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, false);
	struct device_node *np = consumer(test, both, 1, NULL, 0);
	unsigned int before = references(a);

	forget_all();
	know("pool-a", PHANDLE_A);
	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 0), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 0);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_EQ(test, references(a), before);
}

static void __init refused_device_is_not_assigned(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *np = consumer(test, both, 1, NULL, 0);
	unsigned int before = references(a);

	forget_all();
	know("pool-a", PHANDLE_A);
	fake.device_error = -EBUSY;
	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 1);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_freed, 1, "a struct is lost");
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_EQ(test, fake.nr_releases, 0);
	KUNIT_EXPECT_EQ(test, references(a), before);
}

/* The same reference twice, and another device: each gets what it named. */
static void __init release_takes_all_of_one_device(struct kunit *test)
{
	static const u32 twice[] __initconst = { PHANDLE_A, PHANDLE_A };
	struct device *device = device_kunit(test);
	struct device *other = device_kunit(test);
	struct device_node *np;

	pool(test, "pool-a", PHANDLE_A, true);
	np = consumer(test, twice, 2, NULL, 0);
	forget_all();
	know("pool-a", PHANDLE_A);
	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 0), 0);
	KUNIT_EXPECT_EQ(test, init_by_idx(other, np, 0), 0);
	KUNIT_EXPECT_EQ(test, init_by_idx(device, np, 1), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_inits, 3);
	of_reserved_mem_device_release(device);
	KUNIT_EXPECT_EQ(test, fake.nr_releases, 2);
	KUNIT_EXPECT_NULL(test, assigned(device));
	KUNIT_EXPECT_NOT_NULL(test, assigned(other));
	of_reserved_mem_device_release(other);
	KUNIT_EXPECT_EQ(test, fake.nr_releases, 3);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_freed, 3, "structs that were freed");
	KUNIT_EXPECT_TRUE(test, list_empty(&of_rmem_assigned_device_list));
}

/* A region is found by what it is called, not by the beginning of that. */
static void __init lookup_knows_whole_names(struct kunit *test)
{
	struct device_node node = { .full_name = "pool-a" };
	struct reserved_mem *first, *second;

	forget_all();
	KUNIT_EXPECT_NULL(test, of_reserved_mem_lookup(&node));
	first = know("pool-a", PHANDLE_A);
	second = know("pool-a@1", PHANDLE_B);
	KUNIT_EXPECT_PTR_EQ(test, of_reserved_mem_lookup(&node), first);
	node.full_name = "pool-a@1";
	KUNIT_EXPECT_PTR_EQ(test, of_reserved_mem_lookup(&node), second);
	node.full_name = "/reserved-memory/pool-a@1";
	KUNIT_EXPECT_PTR_EQ(test, of_reserved_mem_lookup(&node), second);
	node.full_name = "pool";
	KUNIT_EXPECT_NULL(test, of_reserved_mem_lookup(&node));
}

#ifdef HAS_of_reserved_mem_region_to_resource
static int __init resource_of(struct device_node *np, const char *name)
{
	struct resource resource;

	return of_reserved_mem_region_to_resource_byname(np, name, &resource);
}

static void __init region_is_given_as_a_resource(struct kunit *test)
{
	struct device_node *a = pool(test, "pool-a", PHANDLE_A, true);
	struct device_node *b = pool(test, "pool-b", PHANDLE_B, false);
	struct device_node *np = consumer(test, both, 2, both_names,
					  sizeof(both_names));
	struct device_node *unnamed = consumer(test, both, 2, NULL, 0);
	unsigned int before = references(a) + references(b);
	struct resource resource = {};

	forget_all();
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_to_resource(np, 0,
								 &resource),
			-EINVAL);
	know("pool-a", PHANDLE_A);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_to_resource(np, 0,
								 &resource), 0);
	KUNIT_EXPECT_EQ(test, (phys_addr_t)resource.start, MEMORY_BASE);
	KUNIT_EXPECT_EQ(test, (phys_addr_t)resource_size(&resource),
			(phys_addr_t)SZ_1M);
	KUNIT_EXPECT_EQ(test, resource.flags, (unsigned long)IORESOURCE_MEM);
	KUNIT_EXPECT_STREQ(test, resource.name, "pool-a");
	KUNIT_EXPECT_EQ(test, resource_of(np, "first"), 0);
	KUNIT_EXPECT_LT(test, resource_of(np, "third"), 0);
	KUNIT_EXPECT_EQ(test, resource_of(np, NULL), -EINVAL);
	KUNIT_EXPECT_EQ_MSG(test,
			    of_reserved_mem_region_to_resource(np, 1,
							       &resource),
			    -ENODEV, "a region that is switched off");
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_to_resource(np, 2,
								 &resource),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_to_resource(NULL, 0,
								 &resource),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_count(np), 2);
	KUNIT_EXPECT_EQ(test, of_reserved_mem_region_count(unnamed), 2);
	KUNIT_EXPECT_LT(test, of_reserved_mem_region_count(a), 0);
	KUNIT_EXPECT_EQ(test, references(a) + references(b), before);
}
#else
CASE_LEFT_OUT(region_is_given_as_a_resource,
	      "this kernel gives no region as a resource")
#endif

static struct kunit_case __refdata device_cases[] = {
	KUNIT_CASE(region_is_assigned_by_index),
	KUNIT_CASE(region_is_assigned_by_name),
	KUNIT_CASE(unknown_name_is_refused),
	KUNIT_CASE(first_of_a_duplicate_name_is_assigned),
	KUNIT_CASE(bad_references_are_refused),
	KUNIT_CASE(disabled_region_is_passed_over),
	KUNIT_CASE(refused_device_is_not_assigned),
	KUNIT_CASE(release_takes_all_of_one_device),
	KUNIT_CASE(lookup_knows_whole_names),
	KUNIT_CASE(region_is_given_as_a_resource),
	{}
};

static struct kunit_suite device_suite = {
	.name = "of_reserved_mem_device",
	.test_cases = device_cases,
};

kunit_test_init_section_suites(&device_suite);

MODULE_LICENSE("GPL");
