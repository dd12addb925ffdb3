/* SPDX-License-Identifier: GPL-2.0 */
/*
 * figures.tsv: the figures of one side, a line a row and measure, a column a boot.
 *
 *	row		measure		boot	again	layout-64
 *	latency.…	latency_median	118368	118368	118384
 *
 * "-" is no figure: that boot had no valid sample in that row.
 */
#ifndef CMA_TESTS_FIGURES_H
#define CMA_TESTS_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#define FIGURES_MAX_BOOTS 1000

struct figure {
	char *row;
	char *measure;
	size_t line;
	size_t count;		/* of values: boots with a figure */
	double *value;
	bool matched;
};

struct figures {
	const char *path;
	size_t boots;
	size_t count;
	struct figure *figure;
};

/* figures_read - all of @path; what is wrong with it ends the program, status 2. */
void figures_read(struct figures *figures, const char *path);

/* figures_find - the figure of @row and @measure, or NULL. */
struct figure *figures_find(const struct figures *figures, const char *row, const char *measure);

#endif
