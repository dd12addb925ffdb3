// SPDX-License-Identifier: GPL-2.0
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma_heap.h"
#include "pagemap.h"
#include "text_file.h"

#define MAGIC 0xc0ffee5eed000000ull

__u64 buffer_number(size_t page)
{
	return MAGIC + page;
}

int buffer_open(struct buffer *buffer, int heap_fd, size_t pages)
{
	size_t i;
	int err;

	memset(buffer, 0, sizeof(*buffer));
	buffer->page = pagemap_page_size();
	buffer->pages = pages;
	buffer->bytes = pages * buffer->page;
	buffer->fd = dma_heap_alloc(heap_fd, buffer->bytes);
	if (buffer->fd < 0)
		return buffer->fd;
	err = dma_buf_map(buffer->fd, buffer->bytes, (void **)&buffer->map);
	if (err) {
		buffer->map = NULL;
		buffer_close(buffer);
		return err;
	}
	for (i = 0; i < pages; i++)
		*(__u64 *)(buffer->map + i * buffer->page) = buffer_number(i);
	return 0;
}

void buffer_unmap(struct buffer *buffer)
{
	if (buffer->map)
		munmap(buffer->map, buffer->bytes);
	buffer->map = NULL;
}

void buffer_close_fd(struct buffer *buffer)
{
	if (buffer->fd >= 0)
		close(buffer->fd);
	buffer->fd = -1;
}

void buffer_close(struct buffer *buffer)
{
	buffer_unmap(buffer);
	buffer_close_fd(buffer);
}

size_t buffer_first_wrong(const void *map, size_t first, size_t pages)
{
	size_t page = pagemap_page_size(), i;

	for (i = 0; i < pages; i++)
		if (*(const __u64 *)((const char *)map + i * page) != buffer_number(first + i))
			break;
	return i;
}

void buffer_mapping_flags(const void *start, char *flags, size_t size)
{
	char mark[32], *text, *at;

	*flags = '\0';
	snprintf(mark, sizeof(mark), "%lx-", (unsigned long)start);
	if (text_file_read_all("/proc/self/smaps", &text) < 0)
		return;
	at = strstr(text, mark);
	at = at ? strstr(at, "VmFlags:") : NULL;
	if (at)
		snprintf(flags, size, "%.*s ", (int)strcspn(at, "\n"), at + strlen("VmFlags:"));
	free(text);
}
