// SPDX-License-Identifier: GPL-2.0
/*
 * The areas that a kernel makes at boot. Names stand in other lines than places
 * do, right behind them, and of some areas in none:
 *
 *	cma: CMA: reserved 16 MiB at 2c000000			up to 3.16
 *	cma: Reserved 128 MiB at 0x0000000057600000		many tell no node
 *	cma: Reserved 128 MiB at 0x0000000057600000 on node -1
 *	cma: Reserved 128 MiB at 0x0000000100000000 on node 0
 *	hugetlb_cma: reserved 128 MiB on node 0
 *	Reserved memory: created CMA memory pool at 0x..., size 64 MiB
 *	OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool
 *	OF: reserved mem: 0x...0x (65536 KiB) map reusable linux,cma
 */
#include "explain.h"

#include <string.h>

#include "bench.h"

static __u64 unit_bytes(const char *unit)
{
	return !strncmp(unit, "KiB", 3) ? 1024 : 1024 * 1024;
}

/* Lines in MiB are rounded down, so the one in KiB is of the same area and exact. */
static struct explained_area *add_area(struct explanation *told, __u64 base,
				       __u64 bytes)
{
	struct explained_area *area;
	size_t i;

	for (i = 0; i < told->areas; i++) {
		area = &told->area[i];
		if (area->base != base || area->bytes >> 20 != bytes >> 20)
			continue;
		if (area->bytes < bytes)
			area->bytes = bytes;
		return area;
	}
	if (told->areas == EXPLAIN_MAX) {
		told->too_many++;
		return NULL;
	}
	area = &told->area[told->areas++];
	area->base = base;
	area->bytes = bytes;
	return area;
}

static void name_area(struct explained_area *area, const char *name, size_t length)
{
	if (area && !*area->name)
		snprintf(area->name, sizeof(area->name), "%.*s", (int)length, name);
}

/*
 * The same line for the default area, which is of no node, for those of nodes
 * (cma_pernuma, numa_cma, hugetlb_cma) and for those of KVM or of drivers.
 */
static bool read_reserved(struct explanation *told, const char *line)
{
	const char *at = behind(line, "cma: Reserved ") ?: behind(line, "CMA: reserved ");
	unsigned long long size, base;
	char unit[8], name[64] = "a reserved area, maybe the default one";
	int node = -1;

	if (!at)
		return false;
	/* "Reserved 128 MiB in 2 ranges" of 6.15 tells no place. */
	told->last_area = NULL;
	if (sscanf(at, "%llu %7s at %llx on node %d", &size, unit, &base, &node) < 3)
		return false;
	if (node >= 0)
		snprintf(name, sizeof(name), "an area of node %d", node);
	told->last_area = add_area(told, base, size * unit_bytes(unit));
	name_area(told->last_area, name, strlen(name));
	return true;
}

static bool read_hugetlb(struct explanation *told, const char *line)
{
	const char *at = behind(line, "hugetlb_cma: reserved ");
	struct explained_area *area = told->last_area;
	unsigned long long size;
	char unit[8];
	int node;

	if (!at || sscanf(at, "%llu %7s on node %d", &size, unit, &node) != 3)
		return false;
	told->last_area = NULL;
	if (!area || area->bytes != size * unit_bytes(unit))
		return false;
	snprintf(area->name, sizeof(area->name), "hugetlb_cma of node %d", node);
	return true;
}

/* A DMA pool's name must not become that of the CMA pool before it. */
static bool read_pool(struct explanation *told, const char *line)
{
	unsigned long long size, base;
	char unit[8];
	const char *at;

	if (!strstr(line, "memory pool at 0x"))
		return false;
	told->last_area = NULL;
	at = behind(line, "created CMA memory pool at 0x");
	if (!at || sscanf(at, "%llx, size %llu %7s", &base, &size, unit) != 3)
		return false;
	told->last_area = add_area(told, base, size * unit_bytes(unit));
	return true;
}

static bool read_node(struct explanation *told, const char *line)
{
	const char *name = behind(line, "initialized node ");
	const char *end = name ? strstr(name, ", compatible id ") : NULL;
	struct explained_area *area = told->last_area;

	if (!end)
		return false;
	told->last_area = NULL;
	if (!area || !strstr(end, " shared-dma-pool"))
		return false;
	name_area(area, name, end - name);
	return true;
}

static bool read_reusable(struct explanation *told, const char *line)
{
	const char *at = behind(line, "reserved mem: 0x");
	unsigned long long size, base, end;
	char unit[8], name[64];

	if (!at || sscanf(at, "%llx..0x%llx (%llu %7[^)]) map reusable %63s", &base,
			  &end, &size, unit, name) != 5)
		return false;
	name_area(add_area(told, base, size * unit_bytes(unit)), name, strlen(name));
	return true;
}

bool explain_area_line(struct explanation *told, const char *line)
{
	return read_reserved(told, line) || read_hugetlb(told, line) ||
	       read_pool(told, line) || read_node(told, line) ||
	       read_reusable(told, line);
}
