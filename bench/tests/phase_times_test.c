// SPDX-License-Identifier: GPL-2.0
/* Canned traces to phases, to the microsecond. */
#include "../phase_times.h"
#include "harness.h"

#define AT(micros, event) "     cmabench-7     [000] .....     1." micros ": " event "\n"
#define BEGIN(micros, function) AT(micros, "b_" function ": (" function "+0x0/0x40)")
#define END(micros, function) AT(micros, "e_" function ": (somebody+0x1c/0x40 <- " function ")")
#define OFF(micros) \
	AT(micros, "sched_switch: prev_comm=cmabench prev_pid=7 prev_prio=120 prev_state=D" \
	   " ==> next_comm=swapper/0 next_pid=0 next_prio=120")
#define ON(micros) \
	"     <idle>-0     [000] .....     1." micros ": sched_switch: prev_comm=swapper/0" \
	" prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=cmabench next_pid=7 next_prio=120\n"

static struct phase_times read_trace(const char *const *lines, size_t count)
{
	struct phase_times times = { .pid = 7 };
	size_t i;

	for (i = 0; i < count; i++)
		phase_times_line(&times, lines[i]);
	return times;
}

TEST(traced_phases_add_up)
{
	static const char *const lines[] = {
		BEGIN("000000", "cma_heap_allocate"),
		BEGIN("000010", "cma_alloc"),			/* zero 10 */
		BEGIN("000030", "alloc_contig_range"),		/* control 20 */
		BEGIN("000031", "start_isolate_page_range"),	/* unexplained 1 */
		END("000036", "start_isolate_page_range"),	/* isolate 5 */
		BEGIN("000036", "migrate_pages"),
		BEGIN("000040", "try_to_migrate"),		/* migrate 4 */
		END("000047", "try_to_migrate"),		/* unmap 7 */
		OFF("000050"),					/* migrate 3 */
		ON("000150"),					/* idle 100 */
		BEGIN("000151", "rmap_walk"),			/* migrate 1 */
		END("000152", "rmap_walk"),			/* remap 1 */
		END("000152", "migrate_pages"),
		BEGIN("000152", "rmap_walk"),			/* nobody's */
		END("000152", "rmap_walk"),
		END("000153", "alloc_contig_range"),		/* unexplained 1 */
		END("000160", "cma_alloc"),			/* control 7 */
		END("001160", "cma_heap_allocate"),		/* zero 1000 */
	};
	struct phase_times times = read_trace(lines, ARRAY_SIZE(lines));

	return expect_number("whole", times.is_lost, false) &
	       expect_number("calls", times.calls, 1) &
	       expect_number("zero", times.ns[PHASE_ZERO], 1010000) &
	       expect_number("control", times.ns[PHASE_CONTROL], 27000) &
	       expect_number("unexplained", times.ns[PHASE_UNEXPLAINED], 2000) &
	       expect_number("isolate", times.ns[PHASE_ISOLATE], 5000) &
	       expect_number("migrate", times.ns[PHASE_MIGRATE], 8000) &
	       expect_number("unmap", times.ns[PHASE_UNMAP], 7000) &
	       expect_number("remap", times.ns[PHASE_REMAP], 1000) &
	       expect_number("idle", times.ns[PHASE_IDLE], 100000) &
	       expect_number("retries", times.retries_ns, 0) &
	       expect_number("total", phase_times_total_ns(&times), 1160000) &
	       expect_number("explained", phase_times_explained_percent(&times), 98);
}

/* What compilers put into alloc_contig_range() is of the phase that goes on. */
TEST(phases_go_on_in_an_attempt)
{
	static const char *const lines[] = {
		BEGIN("000000", "cma_alloc"),
		BEGIN("000010", "alloc_contig_range"),		/* control 10 */
		BEGIN("000013", "test_pages_isolated"),		/* unexplained 3 */
		END("000014", "test_pages_isolated"),		/* test 1 */
		BEGIN("000016", "isolate_freepages_range"),	/* unexplained 2 */
		END("000020", "isolate_freepages_range"),	/* take 4 */
		BEGIN("000050", "split_page_memcg"),		/* take 30 */
		END("000051", "split_page_memcg"),		/* take 1 */
		BEGIN("000060", "undo_isolate_page_range"),	/* take 9 */
		END("000062", "undo_isolate_page_range"),	/* undo 2 */
		END("000063", "alloc_contig_range"),		/* undo 1 */
		END("000065", "cma_alloc"),			/* control 2 */
	};
	struct phase_times times = read_trace(lines, ARRAY_SIZE(lines));

	return expect_number("whole", times.is_lost, false) &
	       expect_number("unexplained", times.ns[PHASE_UNEXPLAINED], 5000) &
	       expect_number("test", times.ns[PHASE_TEST], 1000) &
	       expect_number("take", times.ns[PHASE_TAKE], 44000) &
	       expect_number("undo", times.ns[PHASE_UNDO], 3000) &
	       expect_number("control", times.ns[PHASE_CONTROL], 12000) &
	       expect_number("explained", phase_times_explained_percent(&times), 92);
}

/* Probes take their time of callers, and of those alone it is taken off. */
TEST(probes_are_no_phase)
{
	static const char *const lines[] = {
		BEGIN("000000", PHASE_TIMES_REFERENCE),
		END("000003", PHASE_TIMES_REFERENCE),
		BEGIN("000010", "cma_alloc"),
		BEGIN("000020", "alloc_contig_range"),		/* control 10 */
		BEGIN("000024", "test_pages_isolated"),		/* unexplained 4 */
		END("000034", "test_pages_isolated"),		/* test 10 */
		BEGIN("000035", "undo_isolate_page_range"),	/* unexplained 1 */
		END("000040", "undo_isolate_page_range"),	/* undo 5 */
		END("000045", "alloc_contig_range"),		/* undo 5 */
		END("000050", "cma_alloc"),			/* control 5 */
	};
	struct phase_times times = read_trace(lines, ARRAY_SIZE(lines));

	phase_times_correct(&times, 2000);
	return expect_number("reference calls", times.reference_calls, 1) &
	       expect_number("reference", times.reference_ns, 3000) &
	       expect_number("control", times.ns[PHASE_CONTROL], 13000) &
	       expect_number("unexplained", times.ns[PHASE_UNEXPLAINED], 2000) &
	       expect_number("test", times.ns[PHASE_TEST], 10000) &
	       expect_number("undo", times.ns[PHASE_UNDO], 9000) &
	       expect_number("probes", times.probes_ns, 6000) &
	       expect_number("total", phase_times_total_ns(&times), 34000) &
	       expect_number("explained", phase_times_explained_percent(&times), 94);
}

/* All of an attempt that was in vain is a retry, whatever it did. */
TEST(vain_attempts_are_retries)
{
	static const char *const lines[] = {
		BEGIN("000000", "cma_alloc"),
		BEGIN("000010", "alloc_contig_range"),		/* control 10 */
		BEGIN("000010", "test_pages_isolated"),
		END("000014", "test_pages_isolated"),
		END("000020", "alloc_contig_range"),
		BEGIN("000025", "alloc_contig_range"),		/* retries 15 */
		BEGIN("000025", "test_pages_isolated"),
		END("000029", "test_pages_isolated"),		/* test 4 */
		END("000029", "alloc_contig_range"),
		END("000030", "cma_alloc"),			/* control 1 */
	};
	struct phase_times times = read_trace(lines, ARRAY_SIZE(lines));

	return expect_number("retries", times.retries_ns, 15000) &
	       expect_number("test", times.ns[PHASE_TEST], 4000) &
	       expect_number("control", times.ns[PHASE_CONTROL], 11000) &
	       expect_number("total", phase_times_total_ns(&times), 30000);
}

/* A line that is missing is no phase: nothing of such a trace is told. */
TEST(lost_lines_are_seen)
{
	static const char *const lines[] = {
		BEGIN("000000", "cma_alloc"),
		BEGIN("000010", "start_isolate_page_range"),
		END("000030", "cma_alloc"),
	};

	return expect_number("lost", read_trace(lines, ARRAY_SIZE(lines)).is_lost,
			     true);
}
