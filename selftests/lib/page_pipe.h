/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page in an unread pipe: the pipe holds the page itself, wherever its
 * mapping goes, until it is read.
 *
 *	memory	[...P...]	munmap(): [.......]
 *	pipe	    P			      P		P cannot be moved
 */
#ifndef CMA_TESTS_PAGE_PIPE_H
#define CMA_TESTS_PAGE_PIPE_H

#include <stddef.h>

/* page_pipe_hold - put a page of this process there. Returns 0 or -errno. */
int page_pipe_hold(int pipe_write, void *page, size_t size);

/*
 * page_pipe_drain - read the page, of @size bytes, so that it is let go.
 *
 * Returns 0, or -EIO: there was less in the pipe.
 */
int page_pipe_drain(int pipe_read, void *contents, size_t size);

#endif
