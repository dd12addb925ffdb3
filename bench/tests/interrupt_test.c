// SPDX-License-Identifier: GPL-2.0
/* A signal in the middle of a run. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../interrupt.h"
#include "harness.h"

LAST_TEST(interrupted_run_is_partial)
{
	struct options options;
	char *text;
	bool good;

	interrupt_catch();
	fake_script.latency_ns = shuffled;
	fake_script.signal_at = 5;
	parse(&options, "--count 10 --sizes 1,2,4");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("samples", count_text(text, "\"type\":\"sample\""), 5);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"size_pages\":1,\"align_order\":null,\"samples\":5,");
	good &= expect_text("end", line_of(text, "end"),
			    "\"records\":7,\"status\":\"partial\"");
	good &= expect_number("live buffers", fake_live_buffers, 0);
	good &= expect_number("open backends", fake_open_backends, 0);
	good &= expect_number("open pressures", fake_open_pressures, 0);
	free(text);
	return good;
}

/* `cmabench | tee log`, interrupted: what was printed so far arrives, then it dies of it. */
LAST_TEST(interrupted_output_arrives)
{
	char text[32] = "";
	int ends[2], status = 0;
	bool good;
	pid_t pid;

	fflush(stdout);
	if (pipe(ends))
		return false;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		interrupt_catch();
		printf("a row of the table\n");
		raise(SIGTERM);
		interrupt_die();
		_exit(1);
	}
	close(ends[1]);
	good = pid > 0 && read(ends[0], text, sizeof(text) - 1) >= 0;
	close(ends[0]);
	good &= expect_text("output", text, "a row of the table\n");
	good &= expect_number("processes", waitpid(pid, &status, 0), pid);
	good &= expect_number("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
			      SIGTERM);
	return good;
}
