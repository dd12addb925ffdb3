/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs of this folder are asked: a tree and the settings.
 *
 *   --command-line TEXT        as the kernel gets it; otherwise bootargs of the tree
 *   --config FILE              the kernel's .config
 *   --page-size 4k|16k|64k     instead of --config
 *   --pageblock-order N        where it is not what follows from those
 *   --behaviour NAME           of dts-fixtures/behaviours.table; repeat
 *   --arch arm64|arm|x86_64    otherwise as the CPUs of the tree
 *   --ram START+SIZE           instead of what the tree says of RAM; repeat
 *   --kernel START+SIZE        the kernel's image
 *   --initramfs START+SIZE     which is given back when it is unpacked
 *   --occupied START+SIZE      taken before the tree is read; repeat
 *   --include FOLDER           of what a source includes; repeat
 *   --names                    lint: the refused nodes alone
 */
#ifndef QUESTION_H
#define QUESTION_H

#include "settings.h"
#include "tree.h"

struct question {
	struct settings settings;
	struct tree *tree;	/* NULL where none was given */
	bool names;
	bool assumes_config;	/* no --config was given */
	bool uses_bootargs;	/* they are not empty, and nothing else was given */
};

/* Ends the program, status 2, when it cannot be understood. */
void question_read(struct question *question, int argc, char **argv);
void question_free(struct question *question);

#endif
