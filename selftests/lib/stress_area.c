// SPDX-License-Identifier: GPL-2.0
/* Steps: what is taken from the area, through a heap and through debugfs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "array_size.h"
#include "descriptor.h"
#include "stress.h"
#include "text_file.h"

static void take_buffer(struct stress *stress)
{
	__u64 limit = stress_below(stress, 4) ? 64 : stress->bed.room_pages / 8 + 1;
	size_t pages = stress_below(stress, limit) + 1;
	struct piece *piece = stress_find_piece(stress, false);
	struct testbed *bed = &stress->bed;

	if (!piece || bed->heap_fd < 0)
		return;
	stress_fail(stress, piece_take_buffer(piece, bed->heap_fd, pages * bed->page_size,
					      stress->step));
	stress->wanted_pages += pages;
	if (piece->kind == PIECE_BUFFER)
		stress->taken_pages += pages;
}

static void give_up(struct stress *stress, struct piece *piece)
{
	__u64 pages = piece->bytes / stress->bed.page_size;
	struct stress_flight *flight = &stress->flight;

	if (!piece_is_whole(piece))
		stress_fail(stress, "contents changed");
	if (piece->kind == PIECE_BUFFER && flight->flies && flight->seed == piece->seed)
		flight->is_last = true;
	else if (piece->kind == PIECE_BUFFER)
		stress->taken_pages -= pages;
	if (piece->kind == PIECE_BUFFER || piece->kind == PIECE_ABSENT)
		stress->wanted_pages -= pages;
	piece_drop(piece);
}

static void give_up_a_piece(struct stress *stress)
{
	struct piece *piece = stress_find_piece(stress, true);

	if (piece)
		give_up(stress, piece);
}

static void verify(struct stress *stress)
{
	struct piece *piece = stress_find_piece(stress, true);

	if (piece && !piece_is_whole(piece))
		stress_fail(stress, "contents changed");
}

static void take_block(struct stress *stress)
{
	/* Where a page is held, the kernel tries each place that a block has around it. */
	__u64 limit = stress_below(stress, 4) ? 512 : stress->bed.room_pages / 8 + 1;
	__u64 pages = stress_below(stress, limit) + 1;
	struct testbed *bed = &stress->bed;
	int err;

	if (!bed->area->has_debugfs || geteuid() || stress->nblocks == TESTBED_MAX_BLOCKS)
		return;
	err = testbed_debugfs_alloc(bed, pages);
	stress->blocks[stress->nblocks] = pages;
	stress->is_granted[stress->nblocks++] = !err;
	stress->wanted_pages += pages;
	if (!err)
		stress->taken_pages += pages;
	else if (err != -ENOMEM)
		stress_fail(stress, "a block is refused, not for want of memory");
}

static void free_block(struct stress *stress)
{
	__u64 pages;

	if (!stress->nblocks)
		return;
	pages = stress->blocks[--stress->nblocks];
	stress->wanted_pages -= pages;
	if (!stress->is_granted[stress->nblocks])
		return;
	if (testbed_debugfs_free(&stress->bed))
		stress_fail(stress, "a block cannot be freed");
	stress->taken_pages -= pages;
}

/* Requests that no state of the area can make good. */
static void ask_for_the_impossible(struct stress *stress)
{
	static const struct {
		const char *text;
		int err;
	} numbers[] = { { "-1", -EINVAL }, { "x", -EINVAL }, { "18446744073709551616", -ERANGE } };
	size_t i = stress_below(stress, ARRAY_SIZE(numbers));
	struct testbed *bed = &stress->bed;
	struct piece *buffer = stress_find_buffer(stress);
	char path[CMA_PATH_SIZE];

	if (bed->heap_fd >= 0 &&
	    dma_heap_alloc(bed->heap_fd, (bed->area_pages + 1) * bed->page_size) != -ENOMEM)
		stress_fail(stress, "more than the area is granted");
	if (bed->heap_fd >= 0 && dma_heap_alloc(bed->heap_fd, 0) != -EINVAL)
		stress_fail(stress, "a buffer of nothing is granted");
	if (buffer && (mmap(NULL, buffer->bytes + 1, PROT_READ, MAP_SHARED, buffer->fd, 0) !=
		       MAP_FAILED || errno != EINVAL))
		stress_fail(stress, "more than the buffer can be mapped, or not refused as invalid");
	cma_area_debugfs_path(bed->area, "alloc", path);
	if (bed->area->has_debugfs && !geteuid() &&
	    text_file_write(path, numbers[i].text) != numbers[i].err)
		stress_fail(stress, "what is no number of pages is granted, or refused as another error");
}

static void synchronise(struct stress *stress)
{
	__u64 flags = stress_below(stress, 16);
	bool is_legal = flags & DMA_BUF_SYNC_RW && !(flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK);
	struct piece *buffer = stress_find_buffer(stress);

	if (buffer && dma_buf_sync(buffer->fd, flags) != (is_legal ? 0 : -EINVAL))
		stress_fail(stress, "an access begins or ends that must not, or the reverse");
}

/* Another way to the same pages, and the descriptor under another number. */
static void look_at_a_part(struct stress *stress)
{
	struct piece *buffer = stress_find_buffer(stress);
	int duplicate;

	if (!buffer)
		return;
	if (!piece_shows_page(buffer, stress_below(stress, buffer->bytes / stress->bed.page_size)))
		stress_fail(stress, "a part of a buffer shows something else");
	duplicate = fcntl(buffer->fd, F_DUPFD_CLOEXEC, 0);
	close(buffer->fd);
	buffer->fd = duplicate;
}

/* The buffer lives as long as it is on its way, and is the same when it arrives. */
static void receive(struct stress *stress)
{
	struct stress_flight *flight = &stress->flight;
	void *map;
	int fd;

	if (!flight->flies)
		return;
	flight->flies = false;
	fd = descriptor_receive(flight->socket[1]);
	if (fd < 0 || dma_buf_map(fd, flight->bytes, &map)) {
		stress_fail(stress, "a descriptor does not arrive");
	} else {
		if (dma_buf_bytes(fd) != (long long)flight->bytes ||
		    pattern_first_wrong(map, flight->bytes, flight->seed) >= 0)
			stress_fail(stress, "another buffer arrives than was sent");
		munmap(map, flight->bytes);
	}
	if (fd >= 0)
		close(fd);
	if (flight->is_last)
		stress->taken_pages -= flight->bytes / stress->bed.page_size;
}

static void send_or_receive(struct stress *stress)
{
	struct stress_flight *flight = &stress->flight;
	struct piece *buffer = stress_find_buffer(stress);

	flight->is_wanted = !flight->is_wanted;
	if (!flight->is_wanted) {
		receive(stress);
	} else if (buffer) {
		flight->flies = !descriptor_send(flight->socket[0], buffer->fd);
		if (!flight->flies)
			stress_fail(stress, "a descriptor cannot be sent");
		flight->is_last = false;
		flight->seed = buffer->seed;
		flight->bytes = buffer->bytes;
	}
}

static void open_area(struct stress *stress)
{
	stress->flight.is_wanted = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stress->flight.socket))
		stress_fail(stress, "no socket for a descriptor");
}

static void close_area(struct stress *stress)
{
	size_t i;

	for (i = 0; i < STRESS_SLOTS; i++)
		if (stress->pieces[i].kind != PIECE_NONE)
			give_up(stress, &stress->pieces[i]);
	while (stress->nblocks)
		free_block(stress);
	receive(stress);
	for (i = 0; i < 2; i++)
		close(stress->flight.socket[i]);
}

const struct stress_topic stress_area = {
	.open = open_area,
	.close = close_area,
	.steps = {
		{ "take a buffer", take_buffer, 20 },
		{ "give up a piece", give_up_a_piece, 25 },
		{ "verify a piece", verify, 20 },
		{ "take a block", take_block, 10 },
		{ "free a block", free_block, 10 },
		{ "ask for the impossible", ask_for_the_impossible, 3 },
		{ "synchronise a buffer", synchronise, 6 },
		{ "look at a part of a buffer", look_at_a_part, 6 },
		{ "send a descriptor or receive it", send_or_receive, 6 },
	},
};
