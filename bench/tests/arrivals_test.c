// SPDX-License-Identifier: GPL-2.0
/*
 * Coordinated omission: one slow service delays those who arrive meanwhile.
 * Back to back they would not even have been asked.
 */
#include "harness.h"

/* The third one takes ten intervals. */
static __u64 slow_third(__u64 n)
{
	return n == 2 ? 10000 : 100;
}

/*
 * Every microsecond one, 100 ns each but the third:
 *
 *	arrival	 0    1    2    3    4  ...  12   13
 *	begins	 0    1    2   12  12.1 ...  12.9 13
 *	response 100  100  10000  9100  8200 ... 1000 100
 *
 * and what the engine does in between (777777 ns in prepare()) delays nobody.
 */
TEST(response_is_counted_from_the_arrival)
{
	static const unsigned int response_ns[] = {
		100, 100, 10000, 9100, 8200, 7300, 6400, 5500, 4600, 3700,
		2800, 1900, 1000, 100, 100,
	};
	struct options options;
	char *text, wanted[64];
	bool good;
	size_t i;

	fake_script.latency_ns = slow_third;
	parse(&options, "--count 15 --sizes 16 --interval 1");
	good = expect_number("result", run(&options, &text), 0);
	for (i = 0; i < ARRAY_SIZE(response_ns); i++) {
		snprintf(wanted, sizeof(wanted),
			 "\"sample\":%zu,\"latency_ns\":%u,", i,
			 i == 2 ? 10000 : 100);
		good &= expect_text("service", text, wanted);
		snprintf(wanted, sizeof(wanted), "\"response_ns\":%u,",
			 response_ns[i]);
		good &= expect_text("response", strstr(text, "\"sample\":0") ?
				    text : "", wanted);
	}
	good &= expect_number("responses of 100 ns",
			      count_text(text, "\"response_ns\":100,"), 4);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"p50_ns\":100,");
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"response_p50_ns\":3700,\"response_p90_ns\":9100,");
	free(text);
	return good;
}

TEST(back_to_back_has_no_response)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = slow_third;
	parse(&options, "--count 5 --sizes 16");
	run(&options, &text);
	good = expect_number("responses", count_text(text, "response"), 0);
	free(text);
	return good;
}

static __u64 seen_ns, longest_ns;

static bool look(__u64 n)
{
	(void)n;
	seen_ns = clock_now_ns();
	return true;
}

static __u64 note_age(__u64 n)
{
	(void)n;
	if (clock_now_ns() - seen_ns > longest_ns)
		longest_ns = clock_now_ns() - seen_ns;
	return 100;
}

/* Every second one: the wait comes first, prepare() alone is in between. */
TEST(pressure_is_verified_after_the_wait)
{
	struct options options;
	char *text;
	bool good;

	longest_ns = 0;
	fake_script.latency_ns = note_age;
	fake_script.pressure_there = look;
	parse(&options, "--count 3 --sizes 16 --interval 1000000");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("age of the verification", longest_ns, 777777);
	good &= expect_number("responses of 100 ns",
			      count_text(text, "\"response_ns\":100,"), 3);
	free(text);
	return good;
}
