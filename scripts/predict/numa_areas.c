// SPDX-License-Identifier: GPL-2.0
/* numa_areas - the areas that are asked for by the node: cma_pernuma=, numa_cma=, hugetlb_cma= */
#include <stdio.h>

#include "areas.h"

static void add_common(struct range_set *set, const struct range_set *ram, struct bank bank)
{
	for (size_t i = 0; i < ram->count; i++) {
		__u64 start = ram->ranges[i].start, end = ram->ranges[i].end;

		range_set_add(set, start > bank.start ? start : bank.start,
			      end < bank.end ? end : bank.end);
	}
}

/* Of RAM that is not the tree's nobody knows the NUMA node. */
bool has_nodes(const struct model *model)
{
	return model->settings->has_numa && model->tree && !model->settings->ram.count;
}

/* The RAM of one NUMA node; false where there is no such node. All is of node 0 otherwise. */
static bool ram_of_node(const struct model *model, __u32 numa_node, struct range_set *ram)
{
	const struct tree *tree = model->tree;

	if (!has_nodes(model)) {
		if (!numa_node)
			range_set_add_all(ram, &model->ram);
		return !numa_node;
	}
	for (size_t i = 0; i < tree->bank_count; i++)
		if (tree->banks[i].numa_node == numa_node)
			add_common(ram, &model->ram, tree->banks[i]);
	return ram->count;
}

static __u32 count_nodes(const struct model *model)
{
	__u32 count = 0;

	for (__u32 node = 0; node < NUMA_NODES_MAX; node++) {
		struct range_set ram = { NULL, 0 };

		count += ram_of_node(model, node, &ram);
		range_set_free(&ram);
	}
	return count;
}

static struct region *place_on_node(struct model *model, __u32 numa_node, const char *kind,
				    struct area_request *area)
{
	struct range_set ram = { NULL, 0 };
	struct region *region = NULL;
	char name[32];

	snprintf(name, sizeof(name), "%s%u", kind, numa_node);
	area->name = name;
	area->ram = &ram;
	if (area->bytes && ram_of_node(model, numa_node, &ram))
		region = declare_area(model, area);
	range_set_free(&ram);
	return region;
}

static void place_numa_area(struct model *model, __u32 numa_node, const char *kind, __u64 bytes)
{
	struct area_request area = {
		.bytes = bytes, .align = pageblock_bytes(model->settings),
	};

	place_on_node(model, numa_node, kind, &area);
}

/* Where nobody says otherwise, each of several nodes may get what the global area has. */
static __u64 bytes_of_each_node(struct model *model)
{
	const struct settings *settings = model->settings;
	const struct region *global = find_default(model);

	if (settings->numa_given || !settings->numa_as_global || !global || count_nodes(model) < 2)
		return settings->pernuma_bytes;
	return global->bytes;
}

void place_numa_areas(struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 each = bytes_of_each_node(model);

	if (!settings->has_numa_areas || !settings->has_numa)
		return;
	for (__u32 node = 0; node < NUMA_NODES_MAX; node++) {
		__u64 one = settings->numa_bytes[node];

		if (settings->kernel.numa_names) {
			place_numa_area(model, node, "numa", one ? one : each);
		} else {
			place_numa_area(model, node, "pernuma", each);
			place_numa_area(model, node, "numa", one);
		}
	}
}

/* Is @bytes nothing that gigantic pages can be made of? Says so. */
static bool refuse_gigantic(struct model *model, const char *whose, __u64 bytes)
{
	bool exact = model->settings->kernel.exact_hugetlb;
	__u64 page = 1ull << model->settings->gigantic_shift;

	if (exact ? !(bytes % page) : bytes >= page)
		return false;
	text_list_add(&model->prediction->log, "cma area %s%s %llu MiB", whose,
		      exact ? "must be a multiple of" : "should be at least", page / MIB);
	add_finding(model, FINDING_REFUSED, "hugetlb_cma=",
		    "0x%llx bytes are %s gigantic pages of 0x%llx; write 0x%llx", bytes,
		    exact ? "no whole number of" : "less than one of the", page,
		    round_up_to(bytes, page));
	return true;
}

/* " (25%)" behind a size that is a share of RAM; nothing behind another. */
static const char *share_text(char *text, size_t room, unsigned int percent)
{
	snprintf(text, room, percent ? " (%u%%)" : "", percent);
	return text;
}

/* A share of @ram in whole gigantic pages; @whose is " on node 1", or nothing. */
static __u64 share_of(struct model *model, const struct range_set *ram, unsigned int percent,
		      const char *whose)
{
	__u64 page = 1ull << model->settings->gigantic_shift;
	__u64 share = range_set_bytes(ram, 0, ULLONG_MAX) * percent / 100;

	if (share && share < page) {
		text_list_add(&model->prediction->log,
			      "hugetlb_cma: reservation size rounded down to 0 from %llu MiB (%u%%)%s",
			      share / MIB, percent, whose);
		add_finding(model, FINDING_REFUSED, "hugetlb_cma=",
			    "%u%% are 0x%llx bytes%s, less than one of the gigantic pages of 0x%llx; ask for more",
			    percent, share, whose, page);
	}
	return share / page * page;
}

static __u64 node_share(struct model *model, __u32 node, const struct range_set *ram)
{
	char whose[32];

	snprintf(whose, sizeof(whose), " on node %u", node);
	return share_of(model, ram, model->settings->hugetlb_node_percent[node], whose);
}

/* Of what is asked for node by node, that which can be; its sum. */
static __u64 check_node_bytes(struct model *model, __u64 *node_bytes)
{
	__u64 sum = 0;

	for (__u32 node = 0; node < NUMA_NODES_MAX; node++) {
		struct range_set ram = { NULL, 0 };
		char whose[32];
		bool online = ram_of_node(model, node, &ram);

		node_bytes[node] = model->settings->hugetlb_node_percent[node] ?
				   node_share(model, node, &ram) :
				   model->settings->hugetlb_node_bytes[node];
		snprintf(whose, sizeof(whose), "of node %u ", node);
		if (!node_bytes[node]) {
			/* Nothing is asked for. */
		} else if (!online) {
			text_list_add(&model->prediction->log,
				      "hugetlb_cma: invalid node %u specified", node);
			add_finding(model, FINDING_REFUSED, "hugetlb_cma=",
				    "there is no node %u; name one that has RAM", node);
			node_bytes[node] = 0;
		} else if (refuse_gigantic(model, whose, node_bytes[node])) {
			node_bytes[node] = 0;
		}
		range_set_free(&ram);
		sum += node_bytes[node];
	}
	return sum;
}

static __u64 place_gigantic(struct model *model, __u32 node, __u64 bytes)
{
	__u64 page = 1ull << model->settings->gigantic_shift;
	struct area_request area = {
		.bytes = round_up_to(bytes, page),
		.align = model->settings->kernel.unaligned_hugetlb ?
			 pageblock_bytes(model->settings) : page,
		.several_ranges = model->settings->kernel.exact_hugetlb,
	};
	struct range_set ram = { NULL, 0 };
	bool online = ram_of_node(model, node, &ram);
	char share[16];

	range_set_free(&ram);
	if (!online || !bytes)
		return 0;
	if (!place_on_node(model, node, "hugetlb", &area)) {
		text_list_add(&model->prediction->log,
			      "hugetlb_cma: reservation failed: err -12, node %u", node);
		return 0;
	}
	text_list_add(&model->prediction->log, "hugetlb_cma: reserved %llu MiB%s on node %u",
		      area.bytes / MIB,
		      share_text(share, sizeof(share), model->settings->hugetlb_node_percent[node]),
		      node);
	return area.bytes;
}

/* hugetlb_cma=: of each node what is said of it, or the same share of all. */
void place_hugetlb(struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 node_bytes[NUMA_NODES_MAX], wanted, each, done = 0;
	char share[16];

	if (!settings->gigantic_shift)
		return;
	wanted = check_node_bytes(model, node_bytes);
	each = wanted ? 0 : settings->hugetlb_bytes;
	if (settings->hugetlb_percent)
		each = share_of(model, &model->ram, settings->hugetlb_percent, "");
	if (each) {
		wanted = each;
		if (refuse_gigantic(model, "", wanted))
			return;
		each = (wanted + count_nodes(model) - 1) / count_nodes(model);
		each = round_up_to(each, 1ull << settings->gigantic_shift);
		text_list_add(&model->prediction->log,
			      "hugetlb_cma: reserve %llu MiB%s, up to %llu MiB per node",
			      wanted / MIB,
			      share_text(share, sizeof(share), settings->hugetlb_percent),
			      each / MIB);
	}
	for (__u32 node = 0; node < NUMA_NODES_MAX && done < wanted; node++) {
		__u64 part = each < wanted - done ? each : wanted - done;

		done += place_gigantic(model, node, each ? part : node_bytes[node]);
	}
}
