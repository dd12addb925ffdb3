// SPDX-License-Identifier: GPL-2.0
#include "slab.h"

#include <glob.h>

#include "meminfo.h"
#include "text_file.h"

static void shrink_caches(void)
{
	glob_t caches;
	size_t i;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		return;
	for (i = 0; i < caches.gl_pathc; i++)
		text_file_write(caches.gl_pathv[i], "1");
	globfree(&caches);
}

__u64 slab_unreclaimable_bytes(void)
{
	__u64 bytes = 0;

	shrink_caches();
	meminfo_bytes("SUnreclaim", &bytes);
	return bytes;
}
