/* SPDX-License-Identifier: GPL-2.0 */
/* What exit_status.c needs of gnumake.h, which is not everywhere installed. */
#ifndef CMA_TESTS_EXIT_STATUS_H
#define CMA_TESTS_EXIT_STATUS_H

typedef char *(*gmk_func_ptr)(const char *name, unsigned int count, char **arguments);
void gmk_add_function(const char *name, gmk_func_ptr function, unsigned int least,
		      unsigned int most, unsigned int flags);
int exit_status_gmk_setup(void);

#endif
