/* SPDX-License-Identifier: GPL-2.0 */
/* How the programs of this folder fail, and lists of text */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>

/* One line to stderr, and the program's end with status 2. */
[[gnu::format(printf, 1, 2), gnu::noreturn]]
void fail(const char *format, ...);

struct text_list {
	char **texts;
	size_t count;
};

[[gnu::format(printf, 2, 3)]]
void text_list_add(struct text_list *list, const char *format, ...);
/* Keep the first @count texts. */
void text_list_truncate(struct text_list *list, size_t count);
void text_list_free(struct text_list *list);

#endif
