// SPDX-License-Identifier: GPL-2.0
#include "harness.h"

#include <getopt.h>

#include "../options.h"

bool expect_text(const char *what, const char *found, const char *expected)
{
	if (strstr(found, expected))
		return true;
	printf("# %s: expected '%s', found '%s'\n", what, expected, found);
	return false;
}

bool expect_number(const char *what, __u64 found, __u64 expected)
{
	if (found == expected)
		return true;
	printf("# %s: expected %llu, found %llu\n", what, expected, found);
	return false;
}

int run_into(struct options *options, FILE *file)
{
	struct session session = { .options = options };
	int result;

	session.target.page_size_bytes = 4096;
	session.target.area = fake_script.area;
	session.target.settings = options->settings;
	session.records.file = file;
	result = session_run(&session);
	fclose(file);
	return result;
}

int run(struct options *options, char **text)
{
	size_t length;

	return run_into(options, open_memstream(text, &length));
}

void parse(struct options *options, const char *arguments)
{
	char *argv[32] = { "cmabench", "--calibrate=0" }, *copy = strdup(arguments), *next;
	int argc = 2;
	char *word;

	for (word = strtok_r(copy, " ", &next); word;
	     word = strtok_r(NULL, " ", &next))
		argv[argc++] = word;
	optind = 0;
	if (options_parse(options, argc, argv))
		abort();
	free(copy);
}

/* The first line of @type. */
char *line_of(char *text, const char *type)
{
	static char line[2048];
	char wanted[64];
	char *at;

	snprintf(wanted, sizeof(wanted), "{\"type\":\"%s\"", type);
	at = strstr(text, wanted);
	snprintf(line, sizeof(line), "%.*s", at ? (int)strcspn(at, "\n") : 0,
		 at ? at : "");
	return line;
}

size_t count_text(const char *text, const char *wanted)
{
	size_t count = 0;

	while ((text = strstr(text, wanted))) {
		count++;
		text += strlen(wanted);
	}
	return count;
}

/* 1 to 100 in an order that is no order: 37 is coprime to 100. */
__u64 shuffled(__u64 n)
{
	return 1000 * ((n * 37) % 100 + 1);
}

static struct harness_test tests[128];
static size_t ntests;

void harness_register(const struct harness_test *test)
{
	if (ntests == ARRAY_SIZE(tests))
		abort();
	tests[ntests++] = *test;
}

static bool run_tests(bool last, size_t *number)
{
	bool good = true, all_good = true;
	size_t i;

	for (i = 0; i < ntests; i++) {
		if (tests[i].is_last != last)
			continue;
		fake_reset();
		good = tests[i].test();
		printf("%s %zu %s\n", good ? "ok" : "not ok", ++*number,
		       tests[i].name);
		all_good &= good;
	}
	return all_good;
}

int main(void)
{
	size_t number = 0;
	bool good;

	/* The errors that the tests provoke are not news. */
	if (!freopen("/dev/null", "w", stderr))
		return 2;
	printf("KTAP version 1\n1..%zu\n", ntests);
	good = run_tests(false, &number);
	good &= run_tests(true, &number);
	return good ? 0 : 1;
}
