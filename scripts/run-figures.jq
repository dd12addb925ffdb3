# SPDX-License-Identifier: GPL-2.0
#
# What summary.jq and report.jq share: a run's files as values, figures for people.
# Both are called by report.sh with env, verdict (slurped), rows, table and stages (raw).

def tsv($names): split("\n") | map(select(. != "") | split("\t")
	| . as $cells | reduce range($names | length) as $i ({}; .[$names[$i]] = $cells[$i]));

# Three significant digits: 1.23, 12.3, 123.
def digits3: if . >= 100 then round elif . >= 10 then . * 10 | round / 10 else . * 100 | round / 100 end;
def scaled($step; $names): . as $n
	| reduce range(1; $names | length) as $i ([$n, $names[0]];
		if .[0] >= $step then [.[0] / $step, $names[$i]] else . end)
	| "\(.[0] | digits3)\(.[1])";
# A latency by the clock of the run: where that counts instructions, it is no time.
def is_counted: any(.boots[]?; .name == "bench" and .clock == "instructions");
def time_text($counted): if . == "-" then . else tonumber
	| scaled(1000; if $counted then ["", "k", "M", "G"] else [" ns", " µs", " ms", " s"] end) end;
def a_second($counted): if $counted then "in 10⁹ instructions" else "a second" end;
def size_text: tonumber | scaled(1024; [" B", " KiB", " MiB", " GiB"]);

def is_bad: .status == "fail" or .status == "error";

# The undisturbed case first: it is what the others are compared with.
def configurations: tsv(["bench", "backend", "area", "pressure", "align_order", "size_pages", "size_bytes",
	"samples", "invalid", "failures", "min", "p50", "p90", "p99", "max", "average", "occupancy_pages",
	"migrated_pages", "retries_max"])
	| sort_by([.bench, .backend, .area, .pressure != "none", .pressure, .align_order, (.size_bytes | tonumber)]);
def verdict_rows: tsv(["stage", "test", "status", "message", "boot"]);
def stage_times: tsv(["stage", "seconds"]);

# What a nanosecond of the benchmark is.
def clock_text($env): if $env | is_counted
	then "instructions, idle time included at one a nanosecond: repeatable, and not the time of any hardware"
	elif $env.accelerator == "tcg" then "QEMU TCG: not the time of any hardware" else "wall clock, \($env.accelerator)" end;
def target_text($env): "Linux \($env.kernel.release), \($env.arch), profile \($env.profile), \($env.accelerator)";
