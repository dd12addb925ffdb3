// SPDX-License-Identifier: GPL-2.0
/*
 * settings - the configuration and the kernel's behaviours; sizes as text
 *
 * A size is a number in C's notation, then one of K, M, G, T, P, E or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

/* Firmware that describes memory (EFI) does so in many pieces. */
#define PIECES_WITHOUT_EFI 128
#define PIECES_WITH_EFI (8 * PIECES_WITHOUT_EFI)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

__u64 parse_bytes(const char *text, const char **rest)
{
	static const char suffixes[] = "KMGTPE";
	const char *suffix;
	__u64 number;
	char *end;

	/* strtoull() takes signs and blanks, which a size has not. */
	if (*text < '0' || *text > '9') {
		*rest = text;
		return 0;
	}
	number = strtoull(text, &end, 0);
	suffix = *end ? strchr(suffixes, *end & ~0x20) : NULL;
	if (suffix && *suffix) {
		number <<= 10 * (suffix - suffixes + 1);
		end++;
	}
	*rest = end;
	return number;
}

void parse_range(struct range_set *set, const char *text)
{
	const char *rest;
	__u64 start = parse_bytes(text, &rest), bytes;

	if (*rest != '+')
		fail("expected START+SIZE such as 0x80000000+2G, found '%s'", text);
	bytes = parse_bytes(rest + 1, &rest);
	if (*rest || !bytes)
		fail("expected START+SIZE such as 0x80000000+2G, found '%s'", text);
	range_set_add(set, start, range_end(start, bytes));
}

void settings_defaults(struct settings *settings)
{
	*settings = (struct settings){
		.architecture = ARCHITECTURE_ARM64,
		.page_bytes = 4096,
		.pageblock_order = 9,
		.gigantic_shift = 30,
		.has_cma = true,
		.has_heaps = true,
		.has_system_heap = true,
		.has_dma_zone = true,
		.has_restricted_pools = true,
		.has_numa = true,
		.areas_max = 20,
		.choice = SIZE_MBYTES,
		.config_bytes = 16 << 20,
		.ram_pieces_max = PIECES_WITH_EFI,
	};
}

__u64 pageblock_bytes(const struct settings *settings)
{
	return (__u64)settings->page_bytes << settings->pageblock_order;
}

unsigned int section_shift(const struct settings *settings)
{
	return settings->page_bytes == 65536 ? 29 : 27;
}

unsigned int area_slots(const struct settings *settings)
{
	return settings->areas_max + settings->kernel.extra_area;
}

/*
 * Huge pages make the pageblock as large as one of them: a page full of 8-byte
 * entries, each a page. Without them it is what the buddy's largest order has:
 * 4 MiB of 4K pages, 32 MiB of 16K, 512 MiB of 64K, or as the configuration says.
 */
void settings_choose_pageblock(struct settings *settings, bool huge_pages)
{
	unsigned int shift = __builtin_ctzl(settings->page_bytes);
	unsigned int largest = shift == 12 ? 10 : shift == 14 ? 11 : 13;
	unsigned int huge = shift - 3;

	if (settings->config_max_order)
		largest = settings->config_max_order - settings->kernel.exclusive_order;
	if (settings->config_block_order && settings->config_block_order < largest)
		largest = settings->config_block_order;
	settings->pageblock_order = huge_pages && huge < largest ? huge : largest;
}

/*
 * What hugetlb_cma= is for: with 4K pages a table of 2 MiB pages, otherwise 32
 * neighbouring huge pages, 1 GiB of 16K and 16 GiB of 64K pages.
 */
static void choose_gigantic(struct settings *settings, bool huge_pages)
{
	unsigned int shift = __builtin_ctzl(settings->page_bytes);

	settings->gigantic_shift = !huge_pages ? 0 : shift == 16 ? 34 : 30;
}

void settings_behaviour(struct settings *settings, const char *name)
{
	const struct {
		const char *name;
		bool *value;
	} behaviours[] = {
		{ "region-lines", &settings->kernel.region_lines },
		{ "tree-order", &settings->kernel.tree_order },
		{ "checked-first", &settings->kernel.checked_first },
		{ "first-reg-only", &settings->kernel.first_reg_only },
		{ "quiet-lengths", &settings->kernel.quiet_lengths },
		{ "near-neighbours", &settings->kernel.near_neighbours },
		{ "user-limit", &settings->kernel.user_limit },
		{ "numa-option", &settings->kernel.numa_option },
		{ "numa-names", &settings->kernel.numa_names },
		{ "entries-told", &settings->kernel.entries_told },
		{ "lone-reg-only", &settings->kernel.lone_reg_only },
		{ "skips-default", &settings->kernel.skips_default },
		{ "fixed-heap-name", &settings->kernel.fixed_heap_name },
		{ "area-heaps", &settings->kernel.area_heaps },
		{ "extra-area", &settings->kernel.extra_area },
		{ "exact-hugetlb", &settings->kernel.exact_hugetlb },
		{ "unaligned-hugetlb", &settings->kernel.unaligned_hugetlb },
		{ "thp-pageblock", &settings->kernel.thp_pageblock },
		{ "exact-dma-limit", &settings->kernel.exact_dma_limit },
		{ "kernel-apart", &settings->kernel.kernel_apart },
		{ "pieces-panic", &settings->kernel.pieces_panic },
		{ "typed-lists", &settings->kernel.typed_lists },
		{ "exclusive-order", &settings->kernel.exclusive_order },
		{ "pool-in-kib", &settings->kernel.pool_in_kib },
		{ "hugetlb-percent", &settings->kernel.hugetlb_percent },
		{ "inward-map", &settings->kernel.inward_map },
		{ "whole-memory", &settings->kernel.whole_memory },
	};
	bool value = *name != '!';

	for (size_t i = 0; i < ARRAY_SIZE(behaviours); i++) {
		if (!strcmp(behaviours[i].name, name + !value)) {
			*behaviours[i].value = value;
			return;
		}
	}
	/* A behaviour that changes no reservation is of no interest here. */
}

/* The value of option @name in @line "CONFIG_NAME=value"; NULL if it is another. */
static const char *config_value(const char *line, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(line, "CONFIG_", 7))
		return NULL;
	line += 7;
	return strncmp(line, name, length) || line[length] != '=' ? NULL : line + length + 1;
}

static bool is_set(const char *line, const char *name)
{
	const char *value = config_value(line, name);

	return value && (*value == 'y' || *value == 'm');
}

static void read_config_line(struct settings *settings, const char *line, bool *huge, bool *thp)
{
	static const struct {
		const char *name;
		enum size_choice choice;
	} choices[] = {
		{ "CMA_SIZE_SEL_MBYTES", SIZE_MBYTES },
		{ "CMA_SIZE_SEL_PERCENTAGE", SIZE_PERCENTAGE },
		{ "CMA_SIZE_SEL_MIN", SIZE_MINIMUM },
		{ "CMA_SIZE_SEL_MAX", SIZE_MAXIMUM },
	};
	const char *value;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++)
		if (is_set(line, choices[i].name))
			settings->choice = choices[i].choice;
	value = config_value(line, "CMA_SIZE_MBYTES");
	if (value)
		settings->config_bytes = strtoull(value, NULL, 0) << 20;
	value = config_value(line, "CMA_SIZE_PERCENTAGE");
	if (value)
		settings->config_percentage = strtoul(value, NULL, 0);
	value = config_value(line, "CMA_AREAS");
	if (value)
		settings->areas_max = strtoul(value, NULL, 0);
	value = config_value(line, "ARCH_FORCE_MAX_ORDER");
	if (value)
		settings->config_max_order = strtoul(value, NULL, 0);
	value = config_value(line, "PAGE_BLOCK_MAX_ORDER");
	if (value)
		settings->config_block_order = strtoul(value, NULL, 0);
	settings->has_cma |= is_set(line, "DMA_CMA");
	settings->has_heaps |= is_set(line, "DMABUF_HEAPS_CMA");
	settings->has_legacy_heap |= is_set(line, "DMABUF_HEAPS_CMA_LEGACY");
	settings->has_system_heap |= is_set(line, "DMABUF_HEAPS_SYSTEM");
	settings->has_numa |= is_set(line, "NUMA");
	settings->has_dma_zone |= is_set(line, "ZONE_DMA");
	settings->has_restricted_pools |= is_set(line, "DMA_RESTRICTED_POOL");
	settings->has_numa_areas |= is_set(line, "DMA_NUMA_CMA") || is_set(line, "DMA_PERNUMA_CMA");
	settings->numa_as_global |= is_set(line, "CMA_SIZE_PERNUMA");
	if (is_set(line, "EFI"))
		settings->ram_pieces_max = PIECES_WITH_EFI;
	*huge |= is_set(line, "HUGETLB_PAGE");
	*thp |= is_set(line, "TRANSPARENT_HUGEPAGE");
	if (is_set(line, "ARM64_16K_PAGES"))
		settings->page_bytes = 16384;
	if (is_set(line, "ARM64_64K_PAGES"))
		settings->page_bytes = 65536;
}

/* A 32-bit machine has huge pages only where its tables have three levels: rarely. */
static void choose_without_config(struct settings *settings)
{
	bool huge = settings->architecture != ARCHITECTURE_ARM;

	settings_choose_pageblock(settings, huge);
	choose_gigantic(settings, huge);
}

void settings_architecture(struct settings *settings, const char *name)
{
	static const char * const names[] = {
		[ARCHITECTURE_ARM64] = "arm64", [ARCHITECTURE_ARM] = "arm",
		[ARCHITECTURE_X86_64] = "x86_64",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]))
			continue;
		settings->architecture = i;
		choose_without_config(settings);
		return;
	}
	fail("ARCH must be arm64, arm or x86_64, found '%s'", name);
}

void settings_page_size(struct settings *settings, const char *text)
{
	const char *rest;
	__u64 bytes = parse_bytes(text, &rest);

	if (*rest || (bytes != 4096 && bytes != 16384 && bytes != 65536))
		fail("PAGE_SIZE must be 4k, 16k or 64k, found '%s'", text);
	settings->page_bytes = bytes;
	choose_without_config(settings);
}

void settings_read_config(struct settings *settings, const char *path)
{
	FILE *stream = fopen(path, "re");
	bool huge = false, thp = false, is_config = false;
	char *line = NULL;
	size_t room = 0;

	if (!stream)
		fail("cannot open '%s': %s", path, strerror(errno));
	settings->has_cma = false;
	settings->has_heaps = false;
	settings->has_system_heap = false;
	settings->has_dma_zone = false;
	settings->has_restricted_pools = false;
	settings->has_numa = false;
	settings->config_bytes = 0;
	settings->ram_pieces_max = PIECES_WITHOUT_EFI;
	while (getline(&line, &room, stream) > 0) {
		is_config |= !strncmp(line, "CONFIG_", 7);
		read_config_line(settings, line, &huge, &thp);
	}
	free(line);
	fclose(stream);
	if (!is_config)
		fail("expected a kernel's .config, found no line CONFIG_NAME=value in '%s' ('zcat /proc/config.gz' writes a running kernel's)",
		     path);
	settings_choose_pageblock(settings, huge || (thp && settings->kernel.thp_pageblock));
	choose_gigantic(settings, huge);
}

void settings_free(struct settings *settings)
{
	range_set_free(&settings->memmap);
	range_set_free(&settings->occupied);
	range_set_free(&settings->image);
	range_set_free(&settings->initramfs);
	range_set_free(&settings->ram);
}
