# SPDX-License-Identifier: GPL-2.0
# summary.txt: what a person reads in ten seconds, in fewer than 25 lines.
include "run-figures";

def pad($width): tostring | . + (" " * ([$width - length, 0] | max) // "");
def right($width): tostring | (" " * ([$width - length, 0] | max) // "") + .;
def cut($width): if length > $width then .[:$width - 3] + "..." else . end;

# Median and p99 at the smallest, a middle and the largest size: one line a pressure.
def latency_lines($table; $most):
	($table | configurations | map(select(.bench == "latency" and .p50 != "-"))) as $rows
	| ($rows | map(.size_bytes | tonumber) | unique) as $sizes
	| ([$sizes[0], $sizes[$sizes | length / 2 | floor], $sizes[-1]] | unique) as $shown
	| ($env[0] | is_counted) as $counted
	| if $rows == [] then empty else
		"",
		("\(if $counted then "instructions" else "latency" end), median (p99)" | pad(38)) + ($shown | map(size_text | right(20)) | join("")),
		"  clock: \(clock_text($env[0]))",
		([$rows | group_by([.backend, .pressure != "none", .pressure])[]
		  | . as $group
		  | "  " + ("\(.[0].backend), pressure \(.[0].pressure)" | cut(36) | pad(36)) + ($shown
			| map(. as $size | $group | map(select(.size_bytes == ($size | tostring)))
			      | if . == [] then "-" else .[0] | "\(.p50 | time_text($counted)) (\(.p99 | time_text($counted)))" end
			      | right(20)) | join(""))]
		 | .[:$most][], (if length > $most then "  and \(length - $most) more, see the report" else empty end)) end;

$env[0] as $env | $verdict[0] as $verdict
| "\(if $verdict.overall == "pass" then "PASS" else "FAIL" end)  \($env.target)  \(target_text($env)), cma-tests \($env.project)",
  "",
  (("" | pad(12)) + (["passed", "failed", "skipped"] | map(right(9)) | join(""))),
  ($verdict.stages | to_entries[] | (.key | pad(12)) + (.value | [.passed, .failed, .skipped] | map(right(9)) | join(""))),
  (if $verdict.counts.known > 0 then "  known issues among the skipped: \($verdict.counts.known)" else empty end),
  (if $verdict.reasons == [] then empty else "",
	($verdict.reasons[:4][] | "failed: " + . | cut(160)),
	(if ($verdict.reasons | length) > 4 then "and \(($verdict.reasons | length) - 4) more failures" else empty end) end),
  latency_lines($table; [6, 7 - ($verdict.reasons | length), 3] | sort | .[1]),
  "",
  ($stages | stage_times | if . == [] then empty else "seconds: " + (map("\(.stage) \(.seconds)") | join(", ")) end),
  "report: \($path)/report.html",
  ($verdict.counts | "\(.passed) passed, \(.failed) failed, \(.skipped) skipped")
