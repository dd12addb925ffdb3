/* SPDX-License-Identifier: GPL-2.0 */
/* A descriptor on its way through a Unix socket. */
#ifndef CMA_TESTS_DESCRIPTOR_H
#define CMA_TESTS_DESCRIPTOR_H

/* descriptor_send - with one byte beside it. Returns 0 or -errno. */
int descriptor_send(int socket, int fd);

/* descriptor_receive - the descriptor, close-on-exec; -1: there came none. */
int descriptor_receive(int socket);

#endif
