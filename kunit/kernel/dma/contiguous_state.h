/* SPDX-License-Identifier: GPL-2.0 */
/* The copy of contiguous.c as a boot without cma= begins. Include after it. */
#ifndef _CONTIGUOUS_STATE_H
#define _CONTIGUOUS_STATE_H

static int FAKE_INIT contiguous_begin(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));
	dma_contiguous_default_area = NULL;
	size_cmdline = -1;
	base_cmdline = 0;
	limit_cmdline = 0;
#ifdef HAS_dma_contiguous_get_area_by_idx
	dma_contiguous_areas_num = 0;
#endif

	return 0;
}

#endif
