/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pgmigrate_success and pgmigrate_fail of /proc/vmstat: pages since boot, of
 * the whole machine, so what compaction moves meanwhile is in them too.
 *
 * Pinned anonymous pages are not in pgmigrate_fail: isolation passes them over
 * before there is anything to migrate. Retries tell of those.
 */
#ifndef CMABENCH_MIGRATION_COUNTERS_H
#define CMABENCH_MIGRATION_COUNTERS_H

#include <linux/types.h>
#include <stdbool.h>

struct migration_counters {
	__u64 migrated_pages;
	__u64 failed_pages;
	bool has_calls;		/* CONFIG_CMA: cma_alloc() is counted */
	__u64 calls;		/* ended, with success or without */
};

/* Returns 0; -ENOENT for a kernel without CONFIG_MIGRATION; other -errno. */
int migration_counters_read(struct migration_counters *counters);

#endif
