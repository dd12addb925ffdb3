// SPDX-License-Identifier: GPL-2.0
/*
 * The model: from a backend whose cost is known to the nanosecond, each of its
 * terms comes back exactly, and so does each row's ratio.
 */
#include "../model.h"
#include "harness.h"

static const struct cma_area area = { .name = "fake", .count_pages = 32768 };

static const struct fake_costs costs = {
	.fixed_ns = 110000, .page_ns = 42, .zeroed_page_ns = 245,
	.migrated_page_ns = 3100, .mapping_ns = 1200, .retry_ns = 37000,
};

#define ALL_TERMS "--traced 1 --backend fake-zeroing,fake-area --pressure none,anonymous,fork-shared,pinned-vmsplice"
#define FEW_TERMS "--traced 0 --backend fake-area --pressure none"

static bool expect_term(const char *text, const char *backend,
			const char *term, const char *ns)
{
	char wanted[160];

	snprintf(wanted, sizeof(wanted),
		 "\"type\":\"model\",\"backend\":\"%s\",\"term\":\"%s\",\"ns\":%s,",
		 backend, term, ns);
	return expect_text("term", text, wanted);
}

/* The records of backends with these costs end up in *@text, to be freed. */
static int run_with_costs(const char *arguments, char **text)
{
	struct options options;

	fake_script.area = &area;
	fake_script.costs = costs;
	parse(&options, arguments);
	return run(&options, text);
}

TEST(known_costs_come_back)
{
	char *text;
	bool good;
	int result;

	result = run_with_costs("--calibrate 3 --count 4 --sizes 64,512 " ALL_TERMS, &text);
	good = expect_number("result", result, 0);
	good &= expect_term(text, "fake-area", "fixed", "110000.000");
	good &= expect_term(text, "fake-area", "empty page", "42.000");
	good &= expect_term(text, "fake-area", "migrated page", "3100.000");
	good &= expect_term(text, "fake-area", "mapping", "1200.000");
	good &= expect_term(text, "fake-area", "retry", "37000.000");
	good &= expect_term(text, "fake-zeroing", "fixed", "110000.000");
	good &= expect_term(text, "fake-zeroing", "zeroed page", "245.000");
	good &= expect_term(text, "fake-zeroing", "mapping", "1200.000");
	/* Two backends, two sizes, four pressures: all as the model says. */
	good &= expect_number("terms", count_text(text, "\"type\":\"model\""), 11);
	good &= expect_number("ratios", count_text(text, "\"model_ratio\":1.000}"),
			      16);
	good &= expect_number("open pressures", fake_open_pressures, 0);
	good &= expect_number("open backends", fake_open_backends, 0);
	free(text);
	return good;
}

static __u64 slower(__u64 n)
{
	/* Six allocations of calibration, then the rows: half as long again. */
	return n < 6 ? 0 : 56344;
}

TEST(slower_than_the_model)
{
	char *text;
	bool good;

	fake_script.latency_ns = slower;
	run_with_costs("--calibrate 3 --count 4 --sizes 64 " FEW_TERMS, &text);
	/* 110000 + 64 * 42 = 112688; and 56344 on top */
	good = expect_text("summary", line_of(text, "summary"),
			   "\"floor_ns\":null,\"floor_ratio\":null,\"model_ns\":112688,\"model_ratio\":1.500}");
	free(text);
	return good;
}

/* What was not learned is in no prediction. */
TEST(no_model_no_ratio)
{
	struct options options;
	char *text;
	bool good;

	fake_script.establish_fails = true;
	run_with_costs("--calibrate 3 --count 2 --sizes 64 " FEW_TERMS, &text);
	good = expect_number("terms", count_text(text, "\"type\":\"model\""), 0);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"model_ns\":null,\"model_ratio\":null}");
	free(text);
	fake_reset();
	parse(&options, "--count 2 --sizes 64");
	run(&options, &text);
	good &= expect_text("not calibrated", line_of(text, "summary"),
			    "\"model_ns\":null,\"model_ratio\":null}");
	free(text);
	return good;
}

TEST(floor_is_of_touched_pages)
{
	const struct floor floor = { .memset_page_ns = 100,
				     .memcpy_page_ns = 250 };
	const struct work zeroing = {
		.amount = { [MODEL_EMPTY_PAGE] = 16, [MODEL_ZEROED_PAGE] = 16,
			    [MODEL_MIGRATED_PAGE] = 8 },
	};
	const struct work empty = { .amount = { [MODEL_EMPTY_PAGE] = 16 } };

	return expect_number("floor", floor_ns(&floor, &zeroing), 3600) &
	       expect_number("nothing to touch", floor_ns(&floor, &empty), 0);
}

/* An allocation that has nothing of a term says nothing about it. */
TEST(a_term_needs_its_work)
{
	struct work work = { .amount = { [MODEL_FIXED] = 1 } };
	struct model model = { .knows = { false } };
	double ns;

	return expect_number("not learned",
			     model_learn(&model, MODEL_RETRY, &work, 5), false) &
	       expect_number("learned",
			     model_learn(&model, MODEL_FIXED, &work, 5), true) &
	       expect_number("known", model_predict(&model, &work, &ns), true) &
	       expect_number("so much", ns, 5);
}
