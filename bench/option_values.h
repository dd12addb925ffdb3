/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands behind an option on the command line. Each returns 0, or -1 after
 * a line on stderr that says what the option expected and what was found.
 */
#ifndef CMABENCH_OPTION_VALUES_H
#define CMABENCH_OPTION_VALUES_H

#include "options.h"

int parse_number(const char *option, const char *text, __u64 min, __u64 max,
		 __u64 *value);

/* parse_scaled - seconds or microseconds to nanoseconds. */
int parse_scaled(const char *option, const char *text, __u64 scale, __u64 *ns);

/* parse_list - small numbers, comma-separated, at most @room. */
int parse_list(const char *option, const char *text, __u64 min, __u64 max,
	       unsigned int *list, size_t room, size_t *count);

/* parse_sizes - "1,16,64K": pages, or bytes that are whole pages. */
int parse_sizes(struct options *options, const char *text);

/* parse_pins - "4", or "1/pageblock". */
int parse_pins(struct settings *settings, const char *text);

/* parse_parts - names of @all, comma-separated. */
int parse_parts(const char *option, const char *text,
		const struct part_list *all, struct part_list *chosen);

#endif
