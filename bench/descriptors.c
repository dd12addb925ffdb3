// SPDX-License-Identifier: GPL-2.0
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>

/* What the program opens beside meanwhile: traces, files of /proc and /sys. */
#define OTHERS 64

static __u64 open_now(void)
{
	DIR *folder = opendir("/proc/self/fd");
	__u64 count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

int descriptors_allow(__u64 count, const char *what, struct reason *why)
{
	struct rlimit limit, higher;
	__u64 wanted = open_now() + count + OTHERS;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return refuse(why, -errno, "cannot read the limit of open files: %m");
	if (limit.rlim_cur >= wanted)
		return 0;
	/* Above the hard limit for those who may; else up to it. */
	higher.rlim_cur = wanted;
	higher.rlim_max = limit.rlim_max > wanted ? limit.rlim_max : wanted;
	if (!setrlimit(RLIMIT_NOFILE, &higher))
		return 0;
	return refuse(why, -EMFILE, "%llu %s need %llu open files, found a limit of %llu (ulimit -n)",
		      count, what, wanted, (unsigned long long)limit.rlim_max);
}
