// SPDX-License-Identifier: GPL-2.0
/*
 * comparison count|wall MINIMUM_PERCENT BASE.tsv NEW.tsv - a verdict for each figure
 *
 * count: the boots of a side differ only in where their memory lies (the length
 * of the command line), so the range over them is what an unrelated change may
 * do. Worse is what lies clear of that range:
 *
 *	base	  |--x--|	noise of base
 *	new		     |---x--|	noise of new
 *			^^^^^ low, the least that can have changed: above 0
 *		     <------>	change, of medians: above both noises together
 *				and above the minimum, MINIMUM_NS and percent
 *
 * wall: the boot is the statistical unit. The rank test of Mann and Whitney over
 * the boots' figures, Holm's correction over all figures, and a minimum for the
 * change, which is Hodges and Lehmann's estimate on a logarithmic scale.
 *
 * Out: TSV with a header. change, low, high and noise are percent of base for
 * times, differences for counts. Status 0 when all was compared, whatever the
 * verdicts are; 2 for input that cannot be.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "rank_test.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define ALPHA 0.05
#define CONFIDENCE 0.95
/*
 * Four steps of the coarsest clock that measures: arm64's counter under QEMU
 * steps 16 ns, so that code moved by a few instructions moves a figure by one.
 */
#define MINIMUM_NS 64

enum verdict { SAME, BETTER, WORSE, INCOMPARABLE };

static const char *const verdict_names[] = {
	[SAME] = "same", [BETTER] = "better", [WORSE] = "worse", [INCOMPARABLE] = "incomparable",
};

/* A measure that does not gate is there to explain those that do. */
static const struct measure {
	const char *name;
	bool is_count;
	bool gates;
	bool is_share;	/* of one page, out of many: finer than a step of the clock */
} measures[] = {
	{ .name = "latency_median", .gates = true },
	{ .name = "latency_average", .gates = true },
	{ .name = "release_median", .gates = true },
	{ .name = "cma_alloc_executed", .gates = true },
	{ .name = "cma_release_executed", .gates = true },
	{ .name = "page_migration", .gates = true, .is_share = true },
	{ .name = "page_isolation", .gates = true, .is_share = true },
	{ .name = "page_reclaim", .gates = true, .is_share = true },
	{ .name = "retries", .is_count = true, .gates = true },
	{ .name = "failures", .is_count = true, .gates = true },
	{ .name = "migrated_pages", .is_count = true },
	{ .name = "invalid", .is_count = true },
};

static const struct measure unknown_measure = { .name = "" };

struct comparison {
	const struct measure *measure;
	const struct figure *base, *new;
	double base_median, new_median;
	double change, low, high, base_noise, new_noise, p, smallest_p;
	enum verdict verdict;
	char reason[200];
};

static const struct measure *measure_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(measures); i++)
		if (!strcmp(measures[i].name, name))
			return &measures[i];
	return &unknown_measure;
}

static double relative(const struct comparison *comparison, double base, double new)
{
	if (comparison->measure->is_count)
		return new - base;
	return base > 0 ? 100 * (new / base - 1) : new > 0 ? INFINITY : 0;
}

/* Sorted copies' ends and middles; the figures' own order does not matter after. */
static void set_medians(struct comparison *comparison)
{
	const struct figure *base = comparison->base, *new = comparison->new;

	comparison->base_median = median_of(base->value, base->count);
	comparison->new_median = median_of(new->value, new->count);
	comparison->base_noise = relative(comparison, base->value[0], base->value[base->count - 1]);
	comparison->new_noise = relative(comparison, new->value[0], new->value[new->count - 1]);
}

static double minimum_of(const struct comparison *comparison, double minimum_percent)
{
	/* Of a count, half of one: averages of counts are rounded. */
	return comparison->measure->is_count ? 0.5 : minimum_percent;
}

/* A change of a time that the clock can tell at all. */
static bool is_resolved(const struct comparison *comparison)
{
	return comparison->measure->is_count || comparison->measure->is_share ||
	       fabs(comparison->new_median - comparison->base_median) >= MINIMUM_NS;
}

static void compare_counts(struct comparison *comparison, double minimum_percent)
{
	const struct figure *base = comparison->base, *new = comparison->new;
	double clear = comparison->base_noise + comparison->new_noise;
	double minimum = minimum_of(comparison, minimum_percent);

	comparison->change = relative(comparison, comparison->base_median, comparison->new_median);
	comparison->low = relative(comparison, base->value[base->count - 1], new->value[0]);
	comparison->high = relative(comparison, base->value[0], new->value[new->count - 1]);
	comparison->p = NAN;
	if (clear < minimum)
		clear = minimum;
	if (!is_resolved(comparison))
		return;
	if (comparison->low > 0 && comparison->change > clear)
		comparison->verdict = WORSE;
	else if (comparison->high < 0 && comparison->change < -clear)
		comparison->verdict = BETTER;
}

static double *logarithms(const struct figure *figure)
{
	double *result = calloc(figure->count, sizeof(*result));

	if (!result)
		exit(2);
	for (size_t i = 0; i < figure->count; i++)
		result[i] = log(fmax(figure->value[i], 1));
	return result;
}

static void set_shift(struct comparison *comparison)
{
	const struct figure *base = comparison->base, *new = comparison->new;
	struct shift shift;
	double *logs[2];

	if (comparison->measure->is_count) {
		shift = shift_of(base->value, base->count, new->value, new->count, CONFIDENCE);
		comparison->change = shift.estimate;
		comparison->low = shift.low;
		comparison->high = shift.high;
		return;
	}
	logs[0] = logarithms(base);
	logs[1] = logarithms(new);
	shift = shift_of(logs[0], base->count, logs[1], new->count, CONFIDENCE);
	comparison->change = 100 * expm1(shift.estimate);
	comparison->low = 100 * expm1(shift.low);
	comparison->high = 100 * expm1(shift.high);
	free(logs[0]);
	free(logs[1]);
}

static void compare_times(struct comparison *comparison)
{
	const struct figure *base = comparison->base, *new = comparison->new;

	set_shift(comparison);
	comparison->p = rank_test(base->value, base->count, new->value, new->count);
	comparison->smallest_p = rank_test_smallest(base->value, base->count, new->value,
						    new->count);
}

static void judge_times(struct comparison *comparison, double minimum_percent)
{
	if (!(comparison->p < ALPHA) || !is_resolved(comparison) ||
	    fabs(comparison->change) < minimum_of(comparison, minimum_percent))
		return;
	comparison->verdict = comparison->change > 0 ? WORSE : BETTER;
}

/* Where all values are one, as counts often are, there is nothing to test. */
static bool is_tested(const struct comparison *comparison)
{
	return comparison->measure->gates && comparison->verdict != INCOMPARABLE &&
	       comparison->smallest_p < 1;
}

/* Holm's correction is over the figures that gate, all of them. */
static void correct_and_judge(struct comparison *comparisons, size_t count,
			      double minimum_percent)
{
	double *p = calloc(count + 1, sizeof(*p));
	size_t tests = 0, next = 0;

	if (!p)
		exit(2);
	for (size_t i = 0; i < count; i++)
		if (is_tested(&comparisons[i]))
			p[tests++] = comparisons[i].p;
	holm_adjust(p, tests);
	for (size_t i = 0; i < count; i++) {
		struct comparison *comparison = &comparisons[i];

		if (!is_tested(comparison))
			continue;
		comparison->p = p[next++];
		if (comparison->smallest_p * tests > ALPHA) {
			comparison->verdict = INCOMPARABLE;
			snprintf(comparison->reason, sizeof(comparison->reason),
				 "%zu and %zu boots cannot show a difference among %zu figures",
				 comparison->base->count, comparison->new->count, tests);
			continue;
		}
		judge_times(comparison, minimum_percent);
	}
	free(p);
}

static void set_incomparable(struct comparison *comparison, const char *reason,
			     const struct figures *where, const struct figure *figure)
{
	comparison->verdict = INCOMPARABLE;
	snprintf(comparison->reason, sizeof(comparison->reason), "%s: %s:%zu", reason, where->path,
		 figure->line);
}

static bool has_invalid(const struct figures *side, const char *row)
{
	struct figure *invalid = figures_find(side, row, "invalid");

	return invalid && invalid->count && median_of(invalid->value, invalid->count) > 0;
}

/*
 * Neither side has a time for the row: either all requests failed, which is a
 * figure of its own, or none was as it should be, and then nothing is known.
 */
static bool is_unknown(const struct comparison *comparison, const struct figures *sides,
		       const char *row)
{
	return comparison->measure == measure_named("latency_median") &&
	       (has_invalid(&sides[0], row) || has_invalid(&sides[1], row));
}

/* Pair what both sides have; false where neither has a figure. */
static bool prepare(struct comparison *comparison, const struct figures *sides,
		    const struct figure *base, const struct figure *new)
{
	bool has_base = base && base->count, has_new = new && new->count;

	*comparison = (struct comparison){
		.measure = measure_named((base ? base : new)->measure), .base = base, .new = new,
	};
	if (base && new && !has_base && !has_new) {
		if (!is_unknown(comparison, sides, base->row))
			return false;
		set_incomparable(comparison, "no valid sample in BASE and NEW", &sides[0], base);
		return true;
	}
	/* A kernel that had to move few pages has none; its times are compared. */
	if (comparison->measure->is_share && (!base || !new))
		return false;
	if (!base)
		set_incomparable(comparison, "BASE lacks what NEW has at", &sides[1], new);
	else if (!new)
		set_incomparable(comparison, "NEW lacks what BASE has at", &sides[0], base);
	else if (!has_base)
		set_incomparable(comparison, "no valid sample in BASE", &sides[0], base);
	else if (!has_new)
		set_incomparable(comparison, "no valid sample in NEW", &sides[1], new);
	else if (base->count < 2)
		set_incomparable(comparison, "one boot tells no noise", &sides[0], base);
	else if (new->count < 2)
		set_incomparable(comparison, "one boot tells no noise", &sides[1], new);
	else
		set_medians(comparison);
	return true;
}

static size_t pair_figures(struct comparison *comparisons, const struct figures *sides)
{
	size_t count = 0;

	for (size_t i = 0; i < sides[0].count; i++) {
		struct figure *base = &sides[0].figure[i];
		struct figure *new = figures_find(&sides[1], base->row, base->measure);

		if (new)
			new->matched = true;
		count += prepare(&comparisons[count], sides, base, new);
	}
	for (size_t i = 0; i < sides[1].count; i++)
		if (!sides[1].figure[i].matched)
			count += prepare(&comparisons[count], sides, NULL, &sides[1].figure[i]);
	return count;
}

static void print_number(double value)
{
	if (isnan(value))
		printf("\t-");
	else if (isinf(value))
		printf("\tinf");
	else
		printf("\t%.10g", value);
}

static void print_comparison(const struct comparison *comparison)
{
	const struct figure *figure = comparison->base ? comparison->base : comparison->new;
	bool compared = comparison->verdict != INCOMPARABLE;
	double cells[] = { comparison->base_median, comparison->new_median, comparison->change,
			   comparison->low, comparison->high, comparison->base_noise,
			   comparison->new_noise, comparison->p };

	printf("%s\t%s\t%s\t%s", figure->row, figure->measure,
	       comparison->measure->is_count ? "count" : "percent",
	       comparison->measure->gates ? "gates" : "explains");
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		print_number(compared ? cells[i] : NAN);
	printf("\t%s\t%s\n", verdict_names[comparison->verdict], comparison->reason);
}

static double parse_minimum(const char *text)
{
	char *end;
	double minimum = strtod(text, &end);

	if (!isdigit((unsigned char)text[0]) || *end || !isfinite(minimum)) {
		fprintf(stderr, "cma-tests: error: the minimum effect must be percent, found '%s'\n",
			text);
		exit(2);
	}
	return minimum;
}

int main(int argc, char **argv)
{
	struct comparison *comparisons;
	struct figures sides[2];
	bool wall = argc > 1 && !strcmp(argv[1], "wall");
	double minimum_percent;
	size_t count;

	if (argc != 5 || (!wall && strcmp(argv[1], "count"))) {
		fprintf(stderr,
			"cma-tests: error: expected count|wall MINIMUM_PERCENT BASE.tsv NEW.tsv\n");
		return 2;
	}
	minimum_percent = parse_minimum(argv[2]);
	figures_read(&sides[0], argv[3]);
	figures_read(&sides[1], argv[4]);
	comparisons = calloc(sides[0].count + sides[1].count, sizeof(*comparisons));
	if (!comparisons)
		return 2;
	count = pair_figures(comparisons, sides);
	for (size_t i = 0; i < count; i++) {
		if (comparisons[i].verdict == INCOMPARABLE)
			continue;
		if (wall)
			compare_times(&comparisons[i]);
		else
			compare_counts(&comparisons[i], minimum_percent);
	}
	if (wall)
		correct_and_judge(comparisons, count, minimum_percent);
	printf("row\tmeasure\tunit\trole\tbase\tnew\tchange\tlow\thigh\tbase_noise\tnew_noise\tp\tverdict\treason\n");
	for (size_t i = 0; i < count; i++)
		print_comparison(&comparisons[i]);
	free(comparisons);
	return fflush(stdout) ? 2 : 0;
}
