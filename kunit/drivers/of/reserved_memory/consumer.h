/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The devices of dts-fixtures/test-drivers.dtso, and drivers that a case loads
 * and that are unloaded when it ends.
 */
#ifndef _CMA_TESTS_CONSUMER_H
#define _CMA_TESTS_CONSUMER_H

#include <cma-tests/compat.h>
#include <linux/device.h>

#include "drivers.h"

/*
 * For .init: skips a boot without the fixture. Afterwards every area, and the
 * reference count of every node of the tree, must be as before the case.
 */
int consumers_must_be_restored(struct kunit *test);

void driver_load_kunit(struct kunit *test, struct platform_driver *driver);
void driver_unload_kunit(struct kunit *test, struct platform_driver *driver);

/* The device of node @path; it must exist. */
struct device *consumer_kunit(struct kunit *test, const char *path);
/* What its driver has for it: the driver must have bound. */
void *consumer_data_kunit(struct kunit *test, const char *path);

/* Has the kernel a mapping of @paddr at @vaddr, other than the linear map? */
bool is_mapped(const void *vaddr, phys_addr_t paddr);

#endif
