// SPDX-License-Identifier: GPL-2.0
#include "kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel's own limit of one record, with its dictionary. */
#define RECORD_SIZE 8192

int kernel_log_open(struct kernel_log *log, bool from_now)
{
	log->text = NULL;
	log->length = 0;
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0)
		return -errno;
	lseek(log->fd, 0, from_now ? SEEK_END : SEEK_SET);
	return 0;
}

void kernel_log_close(struct kernel_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
	kernel_log_forget(log);
}

void kernel_log_forget(struct kernel_log *log)
{
	free(log->text);
	log->text = NULL;
	log->length = 0;
}

/* "6,1234,5678,-;text\n KEY=value\n": keep the text. */
static int add_record(struct kernel_log *log, const char *record)
{
	const char *text = strchr(record, ';');
	size_t bytes;
	char *grown;

	if (!text)
		return 0;
	text++;
	bytes = strcspn(text, "\n");
	grown = realloc(log->text, log->length + bytes + 2);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + log->length, text, bytes);
	log->length += bytes;
	grown[log->length++] = '\n';
	grown[log->length] = '\0';
	log->text = grown;
	return 0;
}

int kernel_log_read(struct kernel_log *log)
{
	char record[RECORD_SIZE + 1];
	int err = 0;

	while (!err) {
		ssize_t got = read(log->fd, record, RECORD_SIZE);

		if (got > 0) {
			record[got] = '\0';
			err = add_record(log, record);
		} else if (got == 0 || errno == EAGAIN) {
			return 0;
		} else if (errno != EPIPE && errno != EINTR) {
			/* EPIPE: lines were lost, the next ones are there. */
			return -errno;
		}
	}
	return err;
}

const char *kernel_log_find(const struct kernel_log *log, const char *text,
			    const char *also)
{
	const char *line = log->text;

	while (line && *line) {
		const char *end = strchr(line, '\n');
		const char *one = strstr(line, text);
		const char *two = strstr(line, also);

		if (one && one < end && two && two < end)
			return line;
		line = end + 1;
	}
	return NULL;
}
