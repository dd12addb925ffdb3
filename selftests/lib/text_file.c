// SPDX-License-Identifier: GPL-2.0
#include "text_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fill @text up to @size bytes; short only at the end of the file. */
static ssize_t read_full(int fd, char *text, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, text + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += got;
	}
	return length;
}

ssize_t text_file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;
	char more;

	if (fd < 0)
		return -errno;
	length = read_full(fd, text, size - 1);
	text[length < 0 ? 0 : length] = '\0';
	if (length == (ssize_t)size - 1 && read_full(fd, &more, 1) == 1)
		length = -EFBIG;
	close(fd);
	return length;
}

ssize_t text_file_read_all(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 4096, length = 0;
	char *buffer = NULL;
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		char *grown = realloc(buffer, size *= 2);

		got = -ENOMEM;
		if (!grown)
			break;
		buffer = grown;
		got = read_full(fd, buffer + length, size - length - 1);
		if (got > 0)
			length += got;
	} while (got > 0 && length == size - 1);
	close(fd);
	if (got < 0) {
		free(buffer);
		return got;
	}
	buffer[length] = '\0';
	*text = buffer;
	return length;
}

int text_number(const char *text, __u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno)
		return -errno;
	while (isspace((unsigned char)*end))
		end++;
	return *end ? -EINVAL : 0;
}

int text_file_read_u64(const char *path, __u64 *value)
{
	char text[64];
	ssize_t length = text_file_read(path, text, sizeof(text));

	return length < 0 ? (int)length : text_number(text, value);
}

int text_file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = strlen(text), put;
	int err = 0;

	if (fd < 0)
		return -errno;
	put = write(fd, text, length);
	if (put < 0)
		err = -errno;
	else if (put != length)
		err = -EIO;
	close(fd);
	return err;
}

int text_file_write_u64(const char *path, __u64 value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)value);
	return text_file_write(path, text);
}

bool text_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
