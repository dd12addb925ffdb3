// SPDX-License-Identifier: GPL-2.0
#include "guard_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text_file.h"
#include "zram.h"

#define SWAP_BYTES (4ul << 20)
#define LOOK_MS 100
/* A helper that the guard forgets comes to its end by itself. */
#define HELPER_SECONDS 30

static int change_mode(struct guard *guard, const char *path)
{
	struct stat status;

	if (guard_chmod(guard, path, 0640) || stat(path, &status))
		return 1;
	return (status.st_mode & 07777) == 0640 ? 0 : 2;
}

static bool has_first_mode(const char *path)
{
	struct stat status;

	return !stat(path, &status) && (status.st_mode & 07777) == 0600;
}

const struct guard_trial guard_trial_mode = {
	.change = change_mode,
	.is_undone = has_first_mode,
};

#define INNER "%s-inner"

static int make_inner_file(struct guard *guard, const char *path)
{
	char inner[80];
	int fd;

	snprintf(inner, sizeof(inner), INNER, path);
	if (guard_unlink(guard, inner) <= 0)
		return 1;
	fd = open(inner, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? 2 : close(fd);
}

/* A file, or a folder, of the owner's. */
static bool has_no_inner(const char *path)
{
	char inner[80];

	snprintf(inner, sizeof(inner), INNER, path);
	return access(inner, F_OK) && errno == ENOENT;
}

const struct guard_trial guard_trial_file = {
	.change = make_inner_file,
	.is_undone = has_no_inner,
};

static int mount_inner_folder(struct guard *guard, const char *path)
{
	char inner[80];

	snprintf(inner, sizeof(inner), INNER, path);
	if (guard_mkdir(guard, inner) <= 0 || guard_unmount(guard, inner) <= 0)
		return 1;
	return mount("none", inner, "tmpfs", 0, NULL) ? 2 : 0;
}

static const char *why_not_mount(void)
{
	return geteuid() ? "needs root, to mount" : NULL;
}

const struct guard_trial guard_trial_mount = {
	.why_not = why_not_mount,
	.change = mount_inner_folder,
	.is_undone = has_no_inner,
};

/* The file tells which disk it is. */
static int swap_to_a_disk(struct guard *guard, const char *path)
{
	struct zram zram;

	if (zram_open(&zram, guard, SWAP_BYTES) || text_file_write(path, zram.device))
		return 1;
	return zram_swapon(&zram) ? 2 : 0;
}

static bool swaps_to_it_no_more(const char *path)
{
	char device[48] = "", *swaps;
	bool is_listed;

	if (text_file_read(path, device, sizeof(device) - 1) <= 0 ||
	    text_file_read_all("/proc/swaps", &swaps) < 0)
		return false;
	strcat(device, " ");
	is_listed = strstr(swaps, device);
	free(swaps);
	return !is_listed;
}

static const char *why_not_disk(void)
{
	if (geteuid() || !text_file_exists("/sys/class/zram-control"))
		return "needs CONFIG_ZRAM and root";
	return NULL;
}

static const char *why_not_swap(void)
{
	const char *reason = why_not_disk();

	return reason || text_file_exists("/proc/swaps") ? reason : "needs CONFIG_SWAP";
}

const struct guard_trial guard_trial_swap = {
	.why_not = why_not_swap,
	.change = swap_to_a_disk,
	.is_undone = swaps_to_it_no_more,
};

/* Who looks into the disk, as udev does, is none of the owner's group and outlives it. */
static int let_disk_be_looked_into(struct guard *guard, const char *path)
{
	struct zram zram;
	pid_t pid;
	int fd;

	if (zram_add(&zram, guard) || text_file_write(path, zram.device))
		return 1;
	fd = open(zram.device, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 2;
	pid = fork();
	if (pid == 0) {
		usleep(LOOK_MS * 1000);
		_exit(0);
	}
	close(fd);
	return pid < 0 || setpgid(pid, pid) ? 3 : 0;
}

static bool has_no_disk(const char *path)
{
	char device[48] = "";

	return text_file_read(path, device, sizeof(device)) > 0 && !text_file_exists(device);
}

const struct guard_trial guard_trial_busy_disk = {
	.why_not = why_not_disk,
	.change = let_disk_be_looked_into,
	.is_undone = has_no_disk,
};

/* It holds a lock as long as it lives. */
static int start_helper(struct guard *guard, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	pid_t pid;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return 1;
	pid = fork();
	if (pid == 0) {
		alarm(HELPER_SECONDS);
		pause();
		_exit(0);
	}
	close(fd);
	return pid > 0 && guard_kill(guard, pid) > 0 ? 0 : 2;
}

static bool is_unlocked(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool is = fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return is;
}

const struct guard_trial guard_trial_helper = {
	.change = start_helper,
	.is_undone = is_unlocked,
};
