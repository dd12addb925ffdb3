/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own fault injection, on the kernel's own code: the n-th
 * allocation of a call fails. A case asks for the 1st, the 2nd ... until the
 * call makes fewer.
 */
#ifndef _CMA_TESTS_FAULT_INJECTION_H
#define _CMA_TESTS_FAULT_INJECTION_H

#include <cma-tests/compat.h>

/*
 * For the rest of the case slab and page allocations that may sleep can be
 * made to fail too. Skips without CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC or
 * CONFIG_FAULT_INJECTION_DEBUG_FS.
 */
void fault_injection_kunit(struct kunit *test);

/* From here on the @nth allocation of this thread fails ... */
void fault_injection_begin(unsigned int nth);
/* ... until here. Whether there was one. */
bool fault_injection_end(void);

#endif
