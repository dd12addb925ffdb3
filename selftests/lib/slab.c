// SPDX-License-Identifier: GPL-2.0
#include "slab.h"

#include <glob.h>
#include <stdio.h>

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

/* An unused name is counted, and its inode with it, unless it says that there is no file. */
long long slab_inodes_in_use(void)
{
	long long inodes, unused, unused_names, names_of_nothing;
	char text[128];

	if (text_file_read("/proc/sys/fs/inode-nr", text, sizeof(text)) < 0 ||
	    sscanf(text, "%lld %lld", &inodes, &unused) != 2)
		return 0;
	if (text_file_read("/proc/sys/fs/dentry-state", text, sizeof(text)) < 0 ||
	    sscanf(text, "%*d %lld %*d %*d %lld", &unused_names, &names_of_nothing) != 2)
		return 0;
	return inodes - unused - (unused_names - names_of_nothing);
}
