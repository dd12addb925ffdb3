/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine's memory figures: /proc/meminfo, /proc/vmstat, /proc/zoneinfo,
 * and this process's: /proc/self/status.
 *
 * Free-page figures are exact to a few pages a CPU only: the kernel batches
 * them per CPU. vm_stat_refresh() folds the batches in.
 */
#ifndef CMA_TESTS_MEMINFO_H
#define CMA_TESTS_MEMINFO_H

#include <linux/types.h>

/*
 * meminfo_bytes - a field of /proc/meminfo, for example "CmaFree".
 *
 * Returns 0, or -errno: -ENOENT when there is no such field.
 */
int meminfo_bytes(const char *field, __u64 *bytes);

/* meminfo_number - as meminfo_bytes, of a field that counts: "HugePages_Free" ... */
int meminfo_number(const char *field, __u64 *number);

/* self_status_bytes - as meminfo_bytes, of /proc/self/status: "RssFile" ... */
int self_status_bytes(const char *field, __u64 *bytes);

/*
 * vmstat_read - a field of /proc/vmstat, for example "cma_alloc_success".
 *
 * The unit is the field's own: nr_* are pages now, the rest counts events
 * since boot, with CONFIG_VM_EVENT_COUNTERS. Returns 0, or -errno: -ENOENT when there
 * is no such field.
 */
int vmstat_read(const char *field, __u64 *value);

/*
 * vmstat_wait_isolated - wait until no page is isolated to be moved or reclaimed.
 *
 * Returns those that still are, of anonymous memory and of files, after two
 * seconds of waiting: counted twice, or never to come back. Where the kernel
 * counts less than none it says none.
 */
__u64 vmstat_wait_isolated(void);

/*
 * zoneinfo_sum - a field of /proc/zoneinfo, summed over all zones.
 * @field: as written there: "pages free", "managed", "cma", "nr_free_cma" ...
 *
 * In pages. Returns 0, or -errno: -ENOENT when no zone has such a field.
 */
int zoneinfo_sum(const char *field, __u64 *pages);

/*
 * vm_stat_refresh - fold the per-CPU parts of the figures into the totals.
 *
 * Reads /proc/sys/vm/stat_refresh, for root. Returns 0 or -errno.
 */
int vm_stat_refresh(void);

#endif
