# SPDX-License-Identifier: GPL-2.0
#
# The benches of bench.jsonl that are no latency table, as tables: lines of
# title<TAB>cell<TAB>cell..., the first of a title its heads. Run with jq -rRn -L scripts
# --slurpfile env env.json.
include "bench-records";
include "bench-spent";
include "run-figures";

($env[0] | is_counted) as $counted
| def time: if . == null then "-" else tostring | time_text($counted) end;
def who: .backend, pressure_name, .size_pages;
def failures: .by_failure // {} | to_entries | map("\(.value) \(.key)") | join(", ") | if . == "" then "-" else . end;
def share($all): if . == null or $all == 0 then "-" else "\(1000 * . / $all | round / 10) %" end;
def names: phase_names + ["idle", "zero", "unexplained"];

# table(TITLE; HEADS; ROWS): nothing for no rows.
def table($title; $heads; rows): [rows] | if . == [] then empty
	else ($heads, .[]) | [$title, (.[] | text)] | @tsv end;

bench_records as $records
| def of($type): $records[] | select(.type == $type);
  def invalid: if .valid == false then " (invalid)" else "" end;
  # What the traced pass found in the way, by how many attempts it cost.
  def busy: [of("traced") | select(.busy_pfn != null)]
	| group_by([.backend, pressure_name, .size_pages, .busy_pfn])
	| map({row: .[0], allocations: length, failed: map(select(.error != null)) | length, times: map(.busy_times) | add})
	| sort_by(-.times)[:20][];
  ([of("run") | .area.base_pfn // 0] | first // 0) as $base_pfn
  | table("Busy ranges: what was in the way most often"; ["backend", "pressure", "size, pages", "page frame", "page of the area", "attempts in vain", "allocations", "failed of them"];
	busy | [(.row | who), (.row | .busy_pfn, .busy_pfn - $base_pfn), .times, .allocations, .failed]),
  table("Against the machine's floor and the model"; ["backend", "pressure", "size, pages", "median", "times the floor", "times the model"];
	of("summary") | select(.floor_ratio != null or .model_ratio != null)
	| [who, (.p50_ns | time), (.floor_ratio // "-"), (.model_ratio // "-")]),
  table("The model"; ["backend", "term", "each", "learned from, pages", "samples"];
	of("model") | [.backend, .term, (.ns | time), .size_pages, .samples]),
  table("Throughput"; ["backend", "pressure", "size, pages", "pages \(a_second($counted))", "MiB \(a_second($counted))", "succeeded", "in the area before, pages", "and after"];
	of("throughput") | [who, .pages_per_second, (.bytes_per_second / 1048576 | round), "\(.success_percent | text) %\(invalid)", .occupancy_pages_before, .occupancy_pages_after]),
  table("Several threads"; ["backend", "pressure", "size, pages", "threads", "areas", "allocations \(a_second($counted))", "median", "max", "failed", "retries"];
	of("parallel") | [who, .threads, .areas, .allocations_per_second, (.p50_ns | time), (.max_ns | time), "\(.failures)\(invalid)", .retries]),
  table("Giving back"; ["backend", "pressure", "size, pages", "order", "releases", "min", "median", "max"];
	of("release") | [who, .order, "\(.releases)\(invalid)", (.release_min_ns, .release_p50_ns, .release_max_ns | time)]),
  table("Fragmentation"; ["backend", "pressure", "step", "buffers", "taken, pages", "largest free run, pages", "requests", "failed", "why"];
	of("fragmentation") | [.backend, pressure_name, .step, .buffers, .used_pages, .largest_free_run_pages, .requests, "\(.failures)\(invalid)", failures]),
  table("The hunt: where it stopped"; ["backend", "pressure", "size, pages", "sample", "latency", "the trace's last line"];
	of("snapshot") | [who, .sample, (.latency_ns | time), (.trace // "-" | split("\n") | map(select(. != "")) | last // "-")]),
  table("The hunt: pages in the way"; ["backend", "pressure", "page frame", "times", "what", "flags", "mappings", "allocated by"];
	of("busy_page") | [.backend, pressure_name, .pfn, .times, .page_type, .flags, .mappings, .allocated_by]),
  table("Latency by phase, traced"; ["backend", "pressure", "size, pages", "traced"] + names;
	of("traced_phases") | select(.valid) | . as $row
	| [who, (.total_ns | time)] + [names[] | $row["\(.)_ns"] | share($row.total_ns)])
