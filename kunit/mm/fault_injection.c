// SPDX-License-Identifier: GPL-2.0
/*
 * task_struct.fail_nth, and what /sys/kernel/debug/fail* lets it reach.
 */
#include <linux/sched.h>

#include "area_files.h"
#include "fault_injection.h"

#if IS_ENABLED(CONFIG_FAILSLAB) && IS_ENABLED(CONFIG_FAIL_PAGE_ALLOC) && \
	IS_ENABLED(CONFIG_FAULT_INJECTION_DEBUG_FS)
/*
 * Out of the box allocations that may sleep, pages that may be high, and
 * single pages are spared: all that cma_alloc() asks for.
 */
static const struct {
	const char *path;
	const char *value;
} settings[] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
};

/*
 * They are not put back: without a probability or an n-th allocation, which
 * ends with the call, they mean nothing.
 */
void fault_injection_kunit(struct kunit *test)
{
	struct vfsmount *debugfs = mount_kunit(test, "debugfs");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		KUNIT_ASSERT_EQ_MSG(test, 0,
				    path_write(debugfs, settings[i].path,
					       settings[i].value),
				    "cannot write %s to %s", settings[i].value,
				    settings[i].path);
}

void fault_injection_begin(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

bool fault_injection_end(void)
{
	bool failed = !READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);

	return failed;
}
#else
void fault_injection_kunit(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and their debugfs");
}

void fault_injection_begin(unsigned int nth)
{
}

bool fault_injection_end(void)
{
	return false;
}
#endif
