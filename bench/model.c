// SPDX-License-Identifier: GPL-2.0
#include "model.h"

#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "statistics.h"

/* More than the caches of a small machine hold. */
#define FLOOR_BYTES (8ul << 20)
#define ROUNDS 3

bool model_predict(const struct model *model, const struct work *work,
		   double *ns)
{
	size_t i;

	*ns = 0;
	for (i = 0; i < NR_MODEL_TERMS; i++) {
		if (work->amount[i] && !model->knows[i])
			return false;
		if (work->amount[i])
			*ns += model->ns[i] * work->amount[i];
	}
	return true;
}

/* Nothing costs less than nothing: that is noise, of a term too small to be seen. */
static double cost(double ns)
{
	return ns > 0 ? ns : 0;
}

bool model_learn(struct model *model, enum model_term term,
		 const struct work *work, double ns)
{
	struct work rest = *work;
	double rest_ns;

	rest.amount[term] = 0;
	if (!work->amount[term] || !model_predict(model, &rest, &rest_ns))
		return false;
	model->ns[term] = cost((ns - rest_ns) / work->amount[term]);
	model->knows[term] = true;
	return true;
}

void model_learn_slope(struct model *model, double small_pages,
		       double small_ns, double large_pages, double large_ns)
{
	model->ns[MODEL_EMPTY_PAGE] = cost((large_ns - small_ns) /
					   (large_pages - small_pages));
	model->ns[MODEL_FIXED] = cost(small_ns - model->ns[MODEL_EMPTY_PAGE] *
						 small_pages);
	model->knows[MODEL_EMPTY_PAGE] = true;
	model->knows[MODEL_FIXED] = true;
}

const char *model_term_name(enum model_term term)
{
	static const char *const names[NR_MODEL_TERMS] = {
		[MODEL_FIXED] = "fixed",
		[MODEL_EMPTY_PAGE] = "empty page",
		[MODEL_ZEROED_PAGE] = "zeroed page",
		[MODEL_MIGRATED_PAGE] = "migrated page",
		[MODEL_MAPPING] = "mapping",
		[MODEL_RETRY] = "retry",
	};

	return names[term];
}

/* The best of a few rounds: the first ones meet cold caches and others' work. */
void floor_measure(struct floor *floor, size_t page_size_bytes)
{
	size_t pages = FLOOR_BYTES / page_size_bytes;
	__u64 start_ns, set_ns = ~0ull, copy_ns = ~0ull, took_ns;
	char *from, *to;
	int round;

	from = mmap(NULL, 2 * FLOOR_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (from == MAP_FAILED)
		return;
	to = from + FLOOR_BYTES;
	for (round = 0; round < ROUNDS; round++) {
		start_ns = clock_now_ns();
		memset(from, round, FLOOR_BYTES);
		took_ns = clock_now_ns() - start_ns;
		set_ns = took_ns < set_ns ? took_ns : set_ns;
		start_ns = clock_now_ns();
		memcpy(to, from, FLOOR_BYTES);
		took_ns = clock_now_ns() - start_ns;
		copy_ns = took_ns < copy_ns ? took_ns : copy_ns;
	}
	floor->memset_page_ns = rounded_average(set_ns, pages);
	floor->memcpy_page_ns = rounded_average(copy_ns, pages);
	munmap(from, 2 * FLOOR_BYTES);
}

double floor_ns(const struct floor *floor, const struct work *work)
{
	return floor->memcpy_page_ns * work->amount[MODEL_MIGRATED_PAGE] +
	       floor->memset_page_ns * work->amount[MODEL_ZEROED_PAGE];
}
