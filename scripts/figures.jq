# SPDX-License-Identifier: GPL-2.0
#
# One boot's bench.jsonl to figures, row<TAB>measure<TAB>value; run with
# jq -rRn -L scripts --arg file <name for messages> --slurpfile phases <phases.jsonl>. The first fault ends it, status 3, with
# "FILE:LINE: expected ..., found ..." on stderr.
#
# A row is named by the fields of its summary before "samples": fields that are added
# there later make rows of their own. Figures are those of the summary; where it has none
# of the release, the median of the valid samples is taken.
include "bench-spent";

def fault($line; $message): "\($file):\($line): \($message)\n" | halt_error(3);
def shown: tostring | if length > 60 then .[:57] + "..." else . end;

# NaN is a number to jq and an error to us; so is half a line.
def parse($line): . as $text
	| (fromjson? // null) as $record
	| if ($record | type) != "object" or ($record.type | type) != "string"
	  then fault($line; "expected a record of cmabench, found '\($text | shown)'")
	  elif any($record | .. | numbers; isnan or isinfinite)
	  then fault($line; "expected finite numbers, found NaN or infinity in '\($text | shown)'")
	  else $record + {line: $line} end;

def row_fields: del(.line) | to_entries
	| .[:map(.key) | index("samples") // index("sample") // length]
	| map(select(.key != "type" and .value != null));
def row_name: (.target_occupancy_percent // 0) as $occupancy
	| row_fields
	| map(if .key == "pressure" and $occupancy > 0 then "\(.value)-\($occupancy)%"
	      elif .key == "target_occupancy_percent" then empty
	      elif .key == "size_pages" then "\(.value)-pages"
	      elif .key == "align_order" then "align-\(.value)"
	      elif .key == "bench" or .key == "backend" or .key == "area" or .key == "pressure" then "\(.value)"
	      else "\(.key)=\(.value)" end | gsub("\\s+"; ""))
	| join(".");

def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def figure($row; $measure): "\($row)\t\($measure)\t\(if . == null then "-" else . end)";

# A page's share of what grows with the pages that were in the way: it is the same however many
# there were, where the row's whole is not. Fewer than 64 would leave the fixed cost in it.
def a_page($name; pages; phases): (map(pages // 0) | add) as $count
	| if $count < 64 * length or any(.[]; .spent.retries > 0) then {}
	  else {($name): (map(.spent | [phases] | add) | add / $count * 100 | round / 100)} end;
def page_shares: . as $samples
	| a_page("page_migration"; .migrated_pages; .migrate, .unmap, .copy, .remap)
	+ a_page("page_isolation"; .migrated_pages; .isolate)
	+ a_page("page_reclaim"; .phases.dropped; .reclaim)
	+ (["migrate", "unmap", "copy", "remap"] | map(. as $phase | $samples | a_page("page_" + $phase; .migrated_pages; .[$phase])) | add);

# Of the release, the line that comes behind the call of its sample.
def release_shares($releases): map(. + {release: $releases[.call | tostring]} | select(.release != null))
	| length as $n
	| if $n == 0 then {}
	  else {cma_release_executed: (map(.release.instructions) | add / $n | round),
		release_bitmap: (map(.release.bitmap) | add / $n | round), release_free: (map(.release.free) | add / $n | round),
		release_door: (map(.release_ns - .release.instructions) | add / $n | round)} end;

# Instructions by bench/plugin, joined by the number of the call: averages a row.
def spent: ($phases | map(select(.type == "release")) | group_by(.call) | map(select(length == 1) | .[0]) | INDEX(.call)) as $releases
	| samples_with_phases($phases)
	| group_by(row_name) | map(. as $samples | length as $n
		| {(.[0] | row_name): ({cma_alloc_executed: ($samples | map(.phases.instructions) | add / $n | round)}
			+ page_shares + release_shares($releases)
			+ ([$samples[0].spent | keys_unsorted[] as $phase
			    | {("phase_" + $phase): ($samples | map(.spent[$phase]) | add / $n | round)}] | add))})
	| add // {};

# Where no plugin counts, bench phases tells: traced, in a pass of its own, whose rows are those of
# latency. A trace that lost events has nulls, and so no figure.
def traced: map(select(.type == "traced_phases")
		| {(.bench = "latency" | row_name): (with_entries(select(.key | endswith("_ns") and (IN("total_ns", "probes_ns") | not))
			| .key |= "phase_" + rtrimstr("_ns")))})
	| add // {};

def check_stream: . as $records
	| if $records == [] then fault(0; "expected records, found none: the benchmark did not run") else . end
	| if .[0].type != "run" then fault(1; "expected the run record of cmabench, found '\(.[0].type | shown)'") else . end
	| if .[0].schema != 1 then fault(1; "expected schema 1, found \(.[0].schema | shown)") else . end
	| if .[-1].type != "end" then fault(length; "expected the end record, found '\(.[-1].type | shown)': the stream was cut off") else . end
	| if .[-1].status != "complete" then fault(length; "expected a complete run, found status \(.[-1].status | shown)") else . end
	| if .[-1].records != length - 1 then fault(length; "expected \(.[-1].records | shown) records before the end, found \(length - 1)") else . end;

def check_summary: . as $summary
	| if .samples == null or (.samples | type) != "number"
	  then fault(.line; "expected a summary with its number of samples, found \(.samples | shown)") else . end
	| (["p50_ns", "average_ns"][] | . as $field | $summary[$field]
	   | select(. != null and (type != "number" or . < 0))
	   | fault($summary.line; "expected \($field) of 0 or more, found \(shown)")), $summary;

[foreach inputs as $text (0; . + 1; . as $line | $text | parse($line))]
| check_stream
| . as $records
| (traced + spent) as $spent
| (map(select(.type == "sample" and .valid and .error == null and .release_ns != null))
   | group_by(row_name) | map({(.[0] | row_name): (map(.release_ns) | median)}) | add // {}) as $release
| map(select(.type == "summary") | check_summary) as $summaries
| if $summaries == [] then fault($records | length; "expected summaries of bench latency, found none: others are not compared, and run with MODE=once") else . end
| ($summaries | group_by(row_name)[] | select(length > 1) | .[1]
   | fault(.line; "expected each row once, found \(row_name) again")),
  ($summaries[] | row_name as $row
   | (.p50_ns | figure($row; "latency_median")),
     (.average_ns | figure($row; "latency_average")),
     (.release_p50_ns // $release[$row] | figure($row; "release_median")),
     (.retries | figure($row; "retries")),
     (.failures | figure($row; "failures")),
     (.migrated_pages | figure($row; "migrated_pages")),
     (.invalid | figure($row; "invalid")),
     # Executed alone, what it went into, and the rest of the latency: the way to
     # cma_alloc(), zeroing, and what the guest idled.
     ($spent[$row] // {} | to_entries[] | .key as $measure | .value | figure($row; $measure)))
