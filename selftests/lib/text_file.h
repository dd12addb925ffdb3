/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small kernel files (procfs, sysfs, debugfs): one text or one number, read
 * or written with one system call, errors as -errno.
 */
#ifndef CMA_TESTS_TEXT_FILE_H
#define CMA_TESTS_TEXT_FILE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * text_file_read - read a whole file into @text, NUL-terminated.
 *
 * Returns the length in bytes without the NUL, or -errno of open or read.
 * -EFBIG: the file does not fit into @size - 1 bytes; @text holds its start.
 */
ssize_t text_file_read(const char *path, char *text, size_t size);

/*
 * text_file_read_all - read a whole file of any length into fresh memory.
 *
 * On success stores a NUL-terminated copy into *@text (free() it) and returns
 * its length in bytes. -errno of open, read or malloc.
 */
ssize_t text_file_read_all(const char *path, char **text);

/*
 * text_file_read_u64 - read a file that is one unsigned number, decimal or 0x.
 *
 * Returns 0, or -errno of open or read, -EINVAL when the text is no number,
 * -ERANGE when it does not fit into 64 bits.
 */
int text_file_read_u64(const char *path, __u64 *value);

/*
 * text_file_write - write @text as one write(2), without a terminating NUL.
 *
 * The file must exist: nothing is created or truncated. Returns 0, or the
 * -errno of open or write; -EIO when the kernel took only a part.
 */
int text_file_write(const char *path, const char *text);

/* text_file_write_u64 - as text_file_write, @value in decimal and a newline. */
int text_file_write_u64(const char *path, __u64 value);

/* text_file_exists - does @path exist (following links)? */
bool text_file_exists(const char *path);

/*
 * text_number - convert a whole string to an unsigned number.
 *
 * Blanks and one newline may follow. Returns 0, -EINVAL or -ERANGE.
 */
int text_number(const char *text, __u64 *value);

#endif
