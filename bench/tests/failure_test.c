// SPDX-License-Identifier: GPL-2.0
/* Failed allocations: counted apart, and told apart. */
#include "harness.h"

static int busy_every_fifth(__u64 n)
{
	return n % 5 == 4 ? EBUSY : 0;
}

static __u64 slow_failures(__u64 n)
{
	return busy_every_fifth(n) ? 5000000 : 10;
}

TEST(failures_are_counted_apart)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = slow_failures;
	fake_script.error = busy_every_fifth;
	parse(&options, "--count 20 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":20,\"invalid\":0,\"failures\":4,\"min_ns\":10,\"average_ns\":10,\"p50_ns\":10,\"p90_ns\":10,\"p99_ns\":10,\"max_ns\":10,");
	good &= expect_text("failed sample", text,
			    "\"sample\":4,\"latency_ns\":5000000,\"release_ns\":null,\"error\":\"EBUSY\",\"error_source\":\"syscall\",");
	good &= expect_number("live buffers", fake_live_buffers, 0);
	free(text);
	return good;
}

/* The table of failure.h, each row by what each kernel and door tells. */
TEST(failures_have_classes)
{
	static const struct {
		struct failure_facts facts;
		enum failure expected;
	} cases[] = {
		{ { .error = 0 }, FAILURE_NONE },
		/* any kernel, any door: larger than the area */
		{ { .error = ENOMEM, .pages = 9, .area_pages = 8 },
		  FAILURE_TOO_BIG },
		{ { .error = EINTR, .is_allocators = true }, FAILURE_INTERRUPTED },
		/* up to 6.14: no slot is ENOMEM; from 6.15: EBUSY. The bitmap tells. */
		{ { .error = ENOMEM, .is_allocators = true, .knows_slots = true },
		  FAILURE_NO_SLOT },
		{ { .error = EBUSY, .is_allocators = true, .knows_slots = true },
		  FAILURE_NO_SLOT },
		{ { .error = EBUSY, .is_allocators = true, .knows_slots = true,
		    .slot_was_free = true }, FAILURE_BUSY },
		/* debugfs and dma-heap: ENOMEM for all; retries tell */
		{ { .error = ENOMEM, .knows_slots = true, .slot_was_free = true,
		    .knows_retries = true, .retries = 3 }, FAILURE_BUSY },
		{ { .error = ENOMEM, .knows_slots = true, .slot_was_free = true,
		    .knows_retries = true }, FAILURE_OUT_OF_MEMORY },
		{ { .error = ENOMEM, .knows_slots = true, .slot_was_free = true },
		  FAILURE_UNKNOWN },
		{ { .error = ENOMEM, .is_allocators = true, .knows_slots = true,
		    .slot_was_free = true }, FAILURE_OUT_OF_MEMORY },
		/* no bitmap: what is left is said to be unknown */
		{ { .error = EBUSY, .is_allocators = true }, FAILURE_UNKNOWN },
		{ { .error = EBUSY, .is_allocators = true, .knows_retries = true },
		  FAILURE_NO_SLOT },
		{ { .error = EBUSY, .is_allocators = true, .knows_retries = true,
		    .retries = 1 }, FAILURE_BUSY },
		{ { .error = ENOMEM }, FAILURE_UNKNOWN },
		{ { .error = EPERM, .knows_slots = true }, FAILURE_UNKNOWN },
	};
	bool good = true;
	char what[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(what, sizeof(what), "case %zu", i);
		good &= expect_number(what, failure_of(&cases[i].facts),
				      cases[i].expected);
	}
	return good;
}
