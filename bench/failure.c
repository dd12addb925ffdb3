// SPDX-License-Identifier: GPL-2.0
#include "failure.h"

#include <errno.h>
#include <stddef.h>

/* There was a place for it: something else went wrong. */
static enum failure failure_in_slot(const struct failure_facts *facts)
{
	if (facts->is_allocators)
		return facts->error == EBUSY ? FAILURE_BUSY :
					       FAILURE_OUT_OF_MEMORY;
	return facts->knows_retries ? FAILURE_OUT_OF_MEMORY : FAILURE_UNKNOWN;
}

/* Nobody looked at the bitmap. Without a retry no range was ever tried. */
static enum failure failure_unseen(const struct failure_facts *facts)
{
	if (facts->is_allocators && facts->error == EBUSY)
		return facts->knows_retries ? FAILURE_NO_SLOT : FAILURE_UNKNOWN;
	return FAILURE_UNKNOWN;
}

enum failure failure_of(const struct failure_facts *facts)
{
	if (!facts->error)
		return FAILURE_NONE;
	if (facts->area_pages && facts->pages > facts->area_pages)
		return FAILURE_TOO_BIG;
	if (facts->error == EINTR)
		return FAILURE_INTERRUPTED;
	if (facts->error != EBUSY && facts->error != ENOMEM)
		return FAILURE_UNKNOWN;
	if (facts->knows_slots && !facts->slot_was_free)
		return FAILURE_NO_SLOT;
	if (facts->knows_retries && facts->retries)
		return FAILURE_BUSY;
	return facts->knows_slots ? failure_in_slot(facts) :
				    failure_unseen(facts);
}

const char *failure_name(enum failure failure)
{
	static const char *const names[] = {
		[FAILURE_TOO_BIG] = "too big",
		[FAILURE_NO_SLOT] = "no slot",
		[FAILURE_BUSY] = "busy",
		[FAILURE_INTERRUPTED] = "interrupted",
		[FAILURE_OUT_OF_MEMORY] = "out of memory",
		[FAILURE_UNKNOWN] = "unknown",
	};

	return failure < NR_FAILURES ? names[failure] : NULL;
}
