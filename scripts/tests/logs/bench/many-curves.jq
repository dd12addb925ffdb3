# Records of thirteen sizes, eight pressures each at two targets and at none, and sixteen curves of
# threads and of fragmentation. Run with jq -cn.
["none", "anonymous", "tmpfs", "clean-cache", "dirty-cache", "fork-shared", "pinned-vmsplice", "zram-swap"] as $pressures
| def row($pressure; $percent): {backend: "kernel", area: "reserved", pressure: $pressure, target_occupancy_percent: $percent, valid: true};
	{type: "run", schema: 1, page_size_bytes: 4096, area: {name: "reserved", count_pages: 4096}},
	($pressures[] as $p | [0, 50, 90][] as $percent | range(13) as $i | row($p; $percent)
	 + {type: "sample", bench: "latency", size_pages: pow(2; $i), align_order: null, sample: 0, latency_ns: (1000 + 70 * $i * ($p | length)), error: null}),
	($pressures[] as $p | [50, 90][] as $percent | [1, 2, 4][] as $threads | row($p; $percent)
	 + {type: "parallel", size_pages: 4096, threads: $threads, areas: 2, allocations_per_second: (1000 * $threads + $percent)}),
	($pressures[] as $p | [50, 90][] as $percent | [0, 160, 320][] as $step | row($p; $percent)
	 + {type: "fragmentation", step: $step, used_pages: ($step + $percent), largest_free_run_pages: (4000 - $step)})
