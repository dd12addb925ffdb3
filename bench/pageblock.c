// SPDX-License-Identifier: GPL-2.0
#include "pageblock.h"

#include <stdlib.h>
#include <string.h>

#include "text_file.h"

__u64 pageblock_pages(void)
{
	static const char label[] = "Pages per block:";
	static __u64 pages;
	char *text, *at;

	if (pages)
		return pages;
	pages = 512;
	if (text_file_read_all("/proc/pagetypeinfo", &text) < 0)
		return pages;
	at = strstr(text, label);
	if (at)
		pages = strtoull(at + strlen(label), NULL, 10) ?: pages;
	free(text);
	return pages;
}
