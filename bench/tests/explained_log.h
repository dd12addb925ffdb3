/* SPDX-License-Identifier: GPL-2.0 */
/* What explain makes of lines of a log, and what of that the user gets to read. */
#ifndef CMABENCH_EXPLAINED_LOG_H
#define CMABENCH_EXPLAINED_LOG_H

#include "../explain.h"

/* told_by - to be freed. */
struct explanation *told_by(const char *const *lines, size_t count);

/* printed - what the user gets to read, to be freed. */
char *printed(struct explanation *told);

/* expect_printed - each of the texts is in it. */
bool expect_printed(struct explanation *told, const char *const *expected,
		    size_t count);

#endif
