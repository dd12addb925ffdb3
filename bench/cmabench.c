// SPDX-License-Identifier: GPL-2.0
/*
 * cmabench - measure the Contiguous Memory Allocator.
 *
 * main() reads as the story of a run: options, area, records, session.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"
#include "machine.h"
#include "session.h"

enum { STATUS_OK, STATUS_FAILED, STATUS_CANNOT };

static void list_parts(const char *kind, const struct part_list *all,
		       const struct part_list *chosen)
{
	size_t i;

	printf("%s:\n", kind);
	for (i = 0; i < all->count; i++) {
		const char *const *names = all->part[i];

		printf("  %c %-16s %s\n",
		       find_part(chosen, names[0], strlen(names[0])) ? '*' : ' ',
		       names[0], names[1]);
	}
}

static int list(const struct options *options)
{
	static const struct part_list none;
	size_t i;

	list_parts("benches (* runs by default)", &benches, &options->benches);
	list_parts("backends", &backends, &options->backends);
	list_parts("pressures", &pressures, &options->pressures);
	list_parts("commands (cmabench NAME --help)", &commands, &none);
	printf("areas%s\n", machine.areas.count ? ":" : ": none found");
	for (i = 0; i < machine.areas.count; i++)
		printf("    %-16s %llu pages\n", machine.areas.area[i].name,
		       machine.areas.area[i].count_pages);
	printf("heaps%s\n", machine.heaps.count ? ":" : ": none found");
	for (i = 0; i < machine.heaps.count; i++)
		printf("    %-16s area %s\n", machine.heaps.heap[i].name,
		       machine.heaps.heap[i].area ? machine.heaps.heap[i].area->name : "none");
	return STATUS_OK;
}

/* Without an area only the engine itself can be measured. */
static int check_area(const struct options *options,
		      const struct target *target)
{
	size_t i;

	if (target->area)
		return 0;
	for (i = 0; i < options->backends.count; i++)
		if (!((const struct backend *)options->backends.part[i])->needs_area)
			return 0;
	fprintf(stderr,
		"error: no CMA area found: expected one in %s (CONFIG_CMA_DEBUGFS, debugfs mounted, root) or %s (CONFIG_CMA_SYSFS), or a heap in %s that takes from one; boot with cma=64M, or measure the engine alone with --backend null --pressure none\n",
		CMA_DEBUGFS_ROOT, CMA_SYSFS_ROOT, DMA_HEAP_ROOT);
	return -1;
}

static int open_records(const struct options *options, struct session *session)
{
	session->table = options->json ? NULL : stdout;
	session->records.file = options->json ? stdout : NULL;
	if (!options->output)
		return 0;
	session->records.file = fopen(options->output, "we");
	if (session->records.file)
		return 0;
	fprintf(stderr, "error: cannot write %s: %s\n", options->output,
		strerror(errno));
	return -1;
}

static int close_records(struct session *session)
{
	FILE *file = session->records.file;

	if (file && (fflush(file) || ferror(file)))
		session->records.failed = true;
	if (file && file != stdout && fclose(file))
		session->records.failed = true;
	if (!session->records.failed)
		return 0;
	fprintf(stderr, "error: records could not be written: %s\n",
		strerror(errno));
	return -1;
}

static int conclude(const struct session *session, int result)
{
	if (result < 0)
		return STATUS_CANNOT;
	if (!session->rows) {
		fputs("error: nothing could be measured, see the skipped parts above\n",
		      stderr);
		return STATUS_CANNOT;
	}
	if (result > 0) {
		fprintf(stderr, "error: %llu of %llu rows have no valid sample: the pressure was not there, see invalid_reason in the records\n",
			session->rows_without_samples, session->rows);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct session session;
	const struct command *command;
	int result;

	command = argc > 1 ? find_part(&commands, argv[1], strlen(argv[1])) :
			     NULL;
	if (command)
		return command->run(argc - 1, argv + 1);
	result = options_parse(&options, argc, argv);
	if (result)
		return result > 0 ? STATUS_OK : STATUS_CANNOT;
	machine_discover();
	if (options.list)
		return list(&options);
	session.options = &options;
	session.target.seed = options.seed;
	session.target.settings = options.settings;
	if (machine_choose(options.area, options.heap, &session.target) ||
	    check_area(&options, &session.target) ||
	    options_fit(&options, &session.target) ||
	    open_records(&options, &session))
		return STATUS_CANNOT;
	interrupt_catch();
	result = session_run(&session);
	if (close_records(&session))
		result = -1;
	if (interrupted()) {
		fputs("interrupted: the records so far are kept, marked partial\n",
		      stderr);
		interrupt_die();
	}
	return conclude(&session, result);
}
