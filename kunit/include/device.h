/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that ends with the case. (kunit_device_register() is not in 6.1.)
 */
#ifndef _CMA_TESTS_DEVICE_H
#define _CMA_TESTS_DEVICE_H

#include <cma-tests/compat.h>
#include <linux/device.h>
#include <linux/err.h>

static void device_unregister_kunit(void *device)
{
	root_device_unregister(device);
}

static struct device *device_kunit(struct kunit *test, const char *name)
{
	struct device *device = root_device_register(name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, device);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, device_unregister_kunit,
						  device));
	return device;
}

#endif
