// SPDX-License-Identifier: GPL-2.0
/*
 * archive FOLDER SUFFIX - the files below FOLDER that end in SUFFIX, as cpio newc
 *
 * For files that the kernel makes up on reading (their size is unknown until
 * then), such as gcov's counters: each is read whole, then written. The archive
 * goes to standard output; cpio -id unpacks it on the host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any object's counters; a larger file is an error, not cut. */
#define MAX_FILE_BYTES (4 << 20)

static const char *suffix;
static char contents[MAX_FILE_BYTES];
static unsigned int next_inode;
static int failed;

/* Names and contents are padded to four bytes, counted from the header's start. */
static void pad(size_t written_bytes)
{
	static const char zeros[4];

	fwrite(zeros, 1, -written_bytes & 3, stdout);
}

static void write_member(const char *name, const char *data, size_t data_bytes)
{
	size_t name_bytes = strlen(name) + 1;

	printf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++next_inode,
	       S_IFREG | 0644, 0, 0, 1, 0, (unsigned int)data_bytes, 0, 0, 0, 0,
	       (unsigned int)name_bytes, 0);
	fwrite(name, 1, name_bytes, stdout);
	pad(110 + name_bytes);
	fwrite(data, 1, data_bytes, stdout);
	pad(data_bytes);
}

static int ends_in_suffix(const char *path)
{
	size_t path_length = strlen(path), suffix_length = strlen(suffix);

	return path_length > suffix_length && !strcmp(path + path_length - suffix_length, suffix);
}

static int add_file(const char *path, const struct stat *status, int type, struct FTW *level)
{
	size_t size_bytes = 0;
	ssize_t got;
	int file;

	(void)status;
	(void)level;
	if (type != FTW_F || !ends_in_suffix(path))
		return 0;
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		got = -1;
	else
		while ((got = read(file, contents + size_bytes, MAX_FILE_BYTES - size_bytes)) > 0)
			size_bytes += got;
	if (got < 0 || size_bytes == MAX_FILE_BYTES) {
		fprintf(stderr, "archive: cannot read the whole of %s: %s\n", path,
			got < 0 ? strerror(errno) : "it is too large");
		failed = 1;
	} else {
		write_member(path[0] == '/' ? path + 1 : path, contents, size_bytes);
	}
	if (file >= 0)
		close(file);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "archive: expected FOLDER and SUFFIX\n");
		return 2;
	}
	suffix = argv[2];
	if (nftw(argv[1], add_file, 16, FTW_PHYS)) {
		fprintf(stderr, "archive: cannot walk %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	write_member("TRAILER!!!", "", 0);
	return fflush(stdout) || failed;
}
