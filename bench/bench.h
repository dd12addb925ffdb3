/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vocabulary of cmabench. A benchmark is put together from three kinds of
 * parts, each one const struct of callbacks in a file of its own:
 *
 *	backend		how memory is taken from the area	backends/
 *	pressure	what else is in the area meanwhile	pressures/
 *	bench		what is done and measured		benches/
 *
 * A part registers itself (REGISTER_BACKEND() and so on) and the Makefile
 * takes every file of the three folders, so a new part is one new file.
 *
 *	session:  for each pressure	open
 *		    for each backend	  open
 *		      for each bench	    run: for each size
 *					      sample_take()
 *		    close, records, summary
 */
#ifndef CMABENCH_BENCH_H
#define CMABENCH_BENCH_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "area.h"
#include "dma_heap.h"
#include "failure.h"
#include "model.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* In brackets, [[gnu::format]], clang has known it only since C23. */
#define __printf(format, first) __attribute__((__format__(printf, format, first)))

/* Why something cannot be done: one line for a person. */
struct reason {
	char text[240];
};

/* refuse - fill in the reason and return @err, to end a function with. */
__printf(3, 4)
int refuse(struct reason *why, int err, const char *format, ...);

#define MAX_MAPPINGS 64

/* What pressures are told beside their target; from the command line. */
struct settings {
	unsigned int mappings;		/* of each page that is shared */
	unsigned int pins;		/* pinned pages ... */
	bool pins_per_pageblock;	/* ... in each pageblock, else in all */
	const char *folder;		/* for files; NULL: a zram disk */
};

/* The area under test, and the heap that allocates from it. */
struct target {
	const struct cma_area *area;	/* NULL: none, null backend only */
	const struct dma_heap *heap;	/* NULL: no heap gives this area out */
	size_t page_size_bytes;
	__u64 seed;
	struct settings settings;
};

/* target_name - the area's name, "none" without one. */
const char *target_name(const struct target *target);

#define ALIGN_UNKNOWN (-1)

/* What will be asked for. */
struct request {
	__u64 pages;
	int align_order;	/* ALIGN_UNKNOWN: the kernel's choice */
};

/* One allocation, from prepare() to release(). */
struct buffer {
	__u64 pages;
	int align_order;
	int fd;
	__u64 handle;
	bool self_timed;	/* the backend tells latency_ns of each call */
	__u64 latency_ns;
	int text_length;
	char text[24];
};

/*
 * How memory is taken. alloc() and release() are the timed section: no
 * allocation, no output, and one system call (hugetlb needs a second, to ask what
 * the first one got, and formats the number that its release writes); prepare() is
 * for what must happen before. Several instances may be open, several buffers alive.
 */
struct backend {
	const char *name;
	const char *help;
	bool by_default;	/* part of a run that names no backend */
	bool needs_area;
	int align_order;	/* of the request; ALIGN_UNKNOWN: kernel's choice */
	bool chooses_align;	/* takes --align instead */
	bool releases_any;	/* in any order; else the newest first */
	bool zeroes;		/* what it takes */
	bool holds_files;	/* an open one for each buffer */
	bool is_single;		/* instances would undo each other's work */

	int (*open)(const struct target *target, void **state,
		    struct reason *why);
	/* Optional: is it a size that it has? Returns 0, or -errno and the reason. */
	int (*serves)(void *state, __u64 pages, struct reason *why);
	void (*prepare)(void *state, struct buffer *buffer);
	int (*alloc)(void *state, struct buffer *buffer);
	int (*release)(void *state, struct buffer *buffer);
	void (*close)(void *state);
};

/* Where an occupancy figure comes from, and so how far it can be trusted. */
enum occupancy_source {
	OCCUPANCY_UNKNOWN,	/* nobody looked (no area) */
	OCCUPANCY_PAGEMAP,	/* our own pages, by PFN: exact */
	OCCUPANCY_KPAGEFLAGS,	/* everybody's pages, by PFN: exact */
	OCCUPANCY_COUNTERS,	/* CmaTotal - CmaFree - used, all areas */
	OCCUPANCY_NOT_FREE,	/* CmaTotal - CmaFree: used is not told of each */
};

struct occupancy {
	__u64 pages;
	enum occupancy_source source;
};

struct sample;

/*
 * What is in the area when a sample is taken. Each allocation moves pages out
 * and nothing brings them back, so before every single sample the engine
 * calls establish() and then verify().
 */
struct pressure {
	const char *name;
	const char *help;
	bool by_default;
	bool needs_area;
	bool has_target;	/* takes --occupancy; else its target is 0 % */
	enum model_term costs;	/* what it makes dearer; FIXED: nothing */

	int (*open)(const struct target *target, unsigned int percent,
		    void **state, struct reason *why);
	/*
	 * Optional. Bring the area to the target, or back to it, for this request.
	 * Returns 0, or -errno and the reason when it cannot be reached
	 * without harm to others.
	 */
	int (*establish)(void *state, const struct request *request,
			 struct reason *why);
	/*
	 * Look at the area. Returns 0 when the pressure is there; -errno and
	 * the reason when it is not. *now is set in both cases.
	 */
	int (*verify)(void *state, struct occupancy *now, struct reason *why);
	/*
	 * Optional, after the sample: did the allocation meet the pressure?
	 * Returns 0, or -errno and the reason.
	 */
	int (*confirm)(void *state, const struct sample *sample,
		       const struct request *request, struct reason *why);
	void (*close)(void *state);	/* optional */
};

/* Who told the errno of a failed allocation. */
enum error_source {
	ERROR_FROM_SYSCALL,	/* debugfs and dma-heap say ENOMEM for all */
	ERROR_FROM_LOG,		/* "alloc failed, req-size: ..., ret: -16" */
	ERROR_FROM_TRACE,	/* cma_alloc_finish, 6.12 and later */
};

/* Result of one allocation and its release. */
struct sample {
	__u64 latency_ns;
	__u64 release_ns;
	bool has_response;	/* arrivals were scheduled */
	__u64 response_ns;	/* from the scheduled arrival on */
	int error;		/* 0 or errno */
	enum error_source error_source;
	enum failure failure;
	bool knows_slots;	/* before the call, by the bitmap */
	bool slot_was_free;
	bool has_release;
	struct occupancy occupancy;
	bool has_migrations;
	__u64 migrated_pages;
	__u64 migrate_failed_pages;
	bool has_call;
	__u64 call;		/* of cma_alloc(), counted from boot */
	bool traced;		/* its times are no times */
	bool has_retries;
	__u64 retries;
	__u64 busy_times;	/* 0: no frame is known to have been in the way */
	__u64 busy_pfn;		/* the one that was most often */
	bool valid;
	char *invalid_reason;	/* to be freed; NULL: valid, or no memory */
};

struct options;
struct session;

/* What a bench works on. */
struct cell {
	const struct target *target;
	const struct backend *backend;
	void *backend_state;
	const struct pressure *pressure;
	void *pressure_state;
	unsigned int percent;
};

struct bench {
	const char *name;
	const char *help;
	bool by_default;
	bool has_model;		/* its rows are compared with the model */
	/* Why a row of it cannot end by, or arrive by the clock; NULL: it can. */
	const char *no_duration, *no_interval;
	/* Samples that run() will take, for the progress estimate. */
	__u64 (*count)(const struct options *options);
	/* Returns 0, or -errno when records could not be written. */
	int (*run)(struct session *session, const struct cell *cell);
};

/* Arrivals at a fixed rate, whatever the service takes. */
struct schedule {
	__u64 interval_ns;	/* 0: back to back, no schedule */
	__u64 next_ns;		/* on the clock of clock_now_ns() */
	__u64 left_ns;		/* when the engine took over; 0: at the start */
};

/*
 * sample_take - one sample: establish, verify, time the allocation, time the
 * release. Always fills *sample; the sample is invalid when the pressure was
 * not there. With @trace its retries are told and its times are no times.
 *
 * With @schedule the sample waits for its arrival, and only then looks after the
 * pressure. Time that the engine spends between two allocations, on pressure and
 * records, is no one's waiting time: the schedule stands still meanwhile.
 */
struct retry_trace;
void sample_take(const struct cell *cell, const struct request *request,
		 const struct retry_trace *trace, struct schedule *schedule,
		 struct sample *sample);

/*
 * pressure_press - for benches that measure as a whole: establish, then verify.
 * Returns 0, or -errno and the reason; *now is set in both cases.
 */
int pressure_press(const struct cell *cell, const struct request *request,
		   struct occupancy *now, struct reason *why);

/* sample_forget - free what it holds. */
void sample_forget(struct sample *sample);

/* clock_now_ns - CLOCK_MONOTONIC. The harness test links a clock of its own. */
__u64 clock_now_ns(void);
void clock_wait_until_ns(__u64 when_ns);

/* interrupted - has a signal asked to stop? The number of the signal, or 0. */
int interrupted(void);

/* Registration. Parts are kept sorted by name: order is never link order. */
struct part_list {
	size_t count;
	const void *part[64];	/* struct backend, pressure or bench */
};

extern struct part_list backends, pressures, benches;

/* A part begins with its name, whatever kind it is. */
static inline const char *part_name(const void *part)
{
	return *(const char *const *)part;
}

void register_part(struct part_list *list, const void *part);
const void *find_part(const struct part_list *list, const char *name,
		      size_t length);

#define REGISTER_PART(list, symbol)					\
	static void __attribute__((constructor)) register_##symbol(void) \
	{								\
		register_part(&(list), &(symbol));			\
	}
#define REGISTER_BACKEND(symbol)	REGISTER_PART(backends, symbol)
#define REGISTER_PRESSURE(symbol)	REGISTER_PART(pressures, symbol)
#define REGISTER_BENCH(symbol)		REGISTER_PART(benches, symbol)

#endif
