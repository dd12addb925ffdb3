/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that the suites run on. Makefiles that
 * include features.mk define CMA_TESTS_HAS_* from the kernel's own headers.
 * Only this file may read LINUX_VERSION_CODE: for what no header tells.
 */
#ifndef _CMA_TESTS_COMPAT_H
#define _CMA_TESTS_COMPAT_H

#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/version.h>

#ifndef KUNIT_CASE_SLOW
#define KUNIT_CASE_SLOW(test_name) KUNIT_CASE(test_name)
#endif

/*
 * A case that this kernel, or its configuration, has nothing for. It skips and
 * says why, so that a run without it is not silently shorter.
 */
#define CASE_LEFT_OUT(name, reason)					\
	static void __maybe_unused name(struct kunit *test)		\
	{								\
		kunit_skip(test, reason);				\
	}

#ifndef CMA_TESTS_HAS_KUNIT_ACTION
/* kunit_add_action(), new in 6.5, on top of the resources that 6.1 has. */
typedef void kunit_action_t(void *context);

struct cma_tests_action {
	kunit_action_t *run;
	void *context;
};

static inline int cma_tests_action_init(struct kunit_resource *res,
					void *context)
{
	res->data = kmemdup(context, sizeof(struct cma_tests_action),
			    GFP_KERNEL);

	return res->data ? 0 : -ENOMEM;
}

static inline void cma_tests_action_free(struct kunit_resource *res)
{
	struct cma_tests_action *action = res->data;

	action->run(action->context);
	kfree(action);
}

static inline int kunit_add_action(struct kunit *test, kunit_action_t *run,
				   void *context)
{
	struct cma_tests_action action = { .run = run, .context = context };

	return kunit_alloc_resource(test, cma_tests_action_init,
				    cma_tests_action_free, GFP_KERNEL,
				    &action) ? 0 : -ENOMEM;
}

static inline int kunit_add_action_or_reset(struct kunit *test,
					    kunit_action_t *run, void *context)
{
	int err = kunit_add_action(test, run, context);

	if (err)
		run(context);

	return err;
}

static inline bool cma_tests_action_match(struct kunit *test,
					  struct kunit_resource *res,
					  void *wanted)
{
	struct cma_tests_action *action = res->data;
	struct cma_tests_action *match = wanted;

	return res->free == cma_tests_action_free &&
	       action->run == match->run && action->context == match->context;
}

static inline void kunit_release_action(struct kunit *test,
					kunit_action_t *run, void *context)
{
	struct cma_tests_action action = { .run = run, .context = context };

	kunit_destroy_resource(test, cma_tests_action_match, &action);
}
#endif

/* alloc_contig_range() takes a migratetype, later flags. */
#ifdef ACR_FLAGS_CMA
#define CMA_TESTS_CONTIG_CMA ACR_FLAGS_CMA
#define CMA_TESTS_CONTIG_MOVABLE ACR_FLAGS_NONE
#else
#define CMA_TESTS_CONTIG_CMA MIGRATE_CMA
#define CMA_TESTS_CONTIG_MOVABLE MIGRATE_MOVABLE
#endif

/*
 * The end in cma=SIZE@BASE-END counts even above the machine's limit for DMA. An
 * older series may have been given that later, and does one or the other.
 */
#define CMA_TESTS_USER_LIMIT_COUNTS (LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0))

/* "No flags" for a mapping: a number, later a type of its own. */
#ifdef mk_vma_flags
#define CMA_TESTS_NO_VMA_FLAGS EMPTY_VMA_FLAGS
#else
#define CMA_TESTS_NO_VMA_FLAGS 0
#endif

/*
 * RESERVEDMEM_OF_DECLARE() took an init function that finds its node in the
 * region; later it takes operations whose node_init is given the node.
 * @setup is int (*)(unsigned long node, struct reserved_mem *rmem).
 */
#ifdef CMA_TESTS_HAS_RMEM_NODE_INIT
#define CMA_TESTS_RESERVEDMEM(_name, compat, setup)			\
	static int __init _name##_node_init(unsigned long node,	\
					    struct reserved_mem *rmem)	\
	{								\
		return setup(node, rmem);				\
	}								\
	static const struct reserved_mem_ops _name##_ops = {		\
		.node_init = _name##_node_init,			\
	};								\
	RESERVEDMEM_OF_DECLARE(_name, compat, &_name##_ops)
#else
#define CMA_TESTS_RESERVEDMEM(_name, compat, setup)			\
	static int __init _name##_init(struct reserved_mem *rmem)	\
	{								\
		return setup(rmem->fdt_node, rmem);			\
	}								\
	RESERVEDMEM_OF_DECLARE(_name, compat, _name##_init)
#endif

#endif
