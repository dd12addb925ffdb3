// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a file that may be anything: a console's log with bytes of the boot
 * loader in it, a disk image without one line end. What is no text becomes a
 * blank, so that it neither ends a line early nor reaches a terminal.
 */
#include "explain.h"

#include <errno.h>

/* A serial line's carriage return, which is a blank by now, is no text either. */
static void take_in(struct explanation *told, char *line, size_t length)
{
	while (length && line[length - 1] == ' ')
		length--;
	line[length] = '\0';
	explain_line(told, line);
}

int explain_file(struct explanation *told, FILE *file)
{
	char line[EXPLAIN_LINE];
	size_t length = 0;
	int byte;

	errno = 0;
	while ((byte = getc_unlocked(file)) != EOF) {
		if (byte == '\n') {
			take_in(told, line, length);
			length = 0;
		} else if (length < sizeof(line) - 1) {
			line[length++] = byte < ' ' || byte == 0x7f ? ' ' : byte;
		}
	}
	if (length)
		take_in(told, line, length);
	return ferror(file) ? -errno : 0;
}
