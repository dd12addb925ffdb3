/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of a memfd, mapped once; resident->file_fd is the memfd. */
#ifndef CMABENCH_TMPFS_PAGES_H
#define CMABENCH_TMPFS_PAGES_H

#include "resident.h"

extern const struct page_kind tmpfs_pages;

#endif
