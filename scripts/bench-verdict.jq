# SPDX-License-Identifier: GPL-2.0
#
# bench.jsonl to rows test<TAB>status<TAB>message: one a configuration, and "(records)" for
# what is wrong with the file itself. Run with jq -rRn -L scripts --arg clock instructions|emulated|wall.
# A part of the benchmark that could not work here is a skip.

include "bench-records";

($ARGS.named.clock // "wall") as $clock |

def name: [.bench, .backend, area_name, pressure_name, "\(.size_pages)"]
	+ (if .align_order == null then [] else ["align\(.align_order)"] end) | join(".");

def error(message): ["(records)", "error", message];
def judged($test; $good; message): [$test, (if $good then "pass", "" else "fail", message end)];

# Benches that measure as a whole, not sample by sample.
def whole_name: name + ([(.threads | numbers | "threads\(.)"), (.areas | numbers | "areas\(.)"), (.order | strings | gsub(" "; "-")), (.step | numbers | "step\(.)")] | map("." + .) | join(""));
def fault: if .type != "traced_phases" then (if .valid == false then .invalid_reason else "" end)
	elif .valid != true then "the trace is not whole, or no allocation succeeded"
	elif .explained_percent < 90 then "\(.explained_percent) % of the time is explained, expected 90 %"
	else "" end;
def whole: select(.type | IN("throughput", "parallel", "release", "fragmentation", "traced_phases"))
	| fault as $fault | judged(whole_name; $fault == ""; $fault);

# The engine must not be seen in what it measures. Recording: 25 ns on a machine
# itself, 100 instructions where the clock counts them; of an emulated one no more is asked.
def engine($smallest_ns): select(.type == "overhead")
	| (if $clock == "wall" then 25 else 100 end) as $most_ns
	| judged("overhead.recording"; .recording_ns <= $most_ns; "recording_ns is \(.recording_ns), expected at most \($most_ns)"),
	  (select($smallest_ns != null)
	   | judged("overhead.engine"; 100 * .empty_ns <= $smallest_ns;
		"the engine takes \(.empty_ns) of the smallest latency_ns, \($smallest_ns): expected at most 1 %"));

bench_records as $records
| [$records[] | select(.type == "sample")] as $samples
| ($records | map(.type)) as $types
| (if $records == [] then error("bench.jsonl is empty or missing: the benchmark did not run")
   else
	(if $types[0] != "run" then error("expected the run record first, found \($types[0])")
	 elif $records[0].schema != 1 then error("expected schema 1, found \($records[0].schema)") else empty end),
	(if ($types | index("malformed")) != null
	 then error("line \(($types | index("malformed")) + 1) is not a JSON object: the record is cut short") else empty end),
	(if $types[-1] != "end" then error("no end record: the benchmark stopped after \($records | length) records")
	 elif $records[-1].status != "complete" then error("the end record says \"\($records[-1].status)\", expected \"complete\"")
	 elif $records[-1].records != ($records | length) - 1
	 then error("the end record counts \($records[-1].records) records, found \(($records | length) - 1)") else empty end),
	(if ([$records[] | whole] == []) and all($samples[]; (.valid | not) or .error != null) then error("no valid sample among \($samples | length)") else empty end)
   end),
  ($records[] | select(.type == "skip") | ["\(.part).\(.name)", "skip", .reason]),
  ($records[] | whole),
  (([$samples[] | select(.valid and .error == null and .backend != "null") | .latency_ns] | min) as $smallest_ns
   | $records[] | engine($smallest_ns)),
  ($samples | group_by(configuration)[]
   | length as $count
   | map(select(.error != null)) as $failed
   | map(select(.error == null and (.valid | not))) as $invalid
   | ([($failed | group_by(.error)[] | "\(length) of \($count) failed with \(.[0].error)"),
       ($invalid | group_by(.invalid_reason)[] | "\(length) of \($count) invalid: \(.[0].invalid_reason)")] | join("; ")) as $trouble
   | [(.[0] | name),
      (if ($failed | length) + ($invalid | length) == $count then "fail" else "pass" end),
      $trouble])
| @tsv
