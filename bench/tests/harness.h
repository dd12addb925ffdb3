/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does the engine write down what happened? Fake parts of known behaviour go
 * through the whole of it, and the records are compared to exact figures.
 */
#ifndef CMABENCH_TESTS_HARNESS_H
#define CMABENCH_TESTS_HARNESS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../session.h"
#include "fake_parts.h"

struct harness_test {
	const char *name;
	bool (*test)(void);
	bool is_last;		/* leaves a caught signal behind */
};

void harness_register(const struct harness_test *test);

/* TEST(name) { ... return good; } */
#define TEST_KIND(symbol, last)						\
	static bool symbol(void);					\
	static void __attribute__((constructor)) register_##symbol(void) \
	{								\
		static const struct harness_test test = {		\
			#symbol, symbol, last				\
		};							\
									\
		harness_register(&test);				\
	}								\
	static bool symbol(void)
#define TEST(symbol)		TEST_KIND(symbol, false)
#define LAST_TEST(symbol)	TEST_KIND(symbol, true)

bool expect_text(const char *what, const char *found, const char *expected);
bool expect_number(const char *what, __u64 found, __u64 expected);

/* parse - options as from a command line; aborts on bad ones. */
void parse(struct options *options, const char *arguments);

/* run - run the engine; the records end up in *@text, to be freed. */
int run(struct options *options, char **text);

/* run_into - the same, into a file that is closed then. */
int run_into(struct options *options, FILE *file);

/* line_of - the first line of @type. count_text - how often @wanted occurs. */
char *line_of(char *text, const char *type);
size_t count_text(const char *text, const char *wanted);

/* shuffled - 1000 to 100000 in steps of 1000, in an order that is no order. */
__u64 shuffled(__u64 n);

#endif
