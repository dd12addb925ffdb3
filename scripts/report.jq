# SPDX-License-Identifier: GPL-2.0
# report.html: everything a run left, in one file that needs no network. Text from outside
# passes through esc, without exception.
include "run-figures";

def esc: tostring | @html;
def tag($name; $content): "<\($name)>\($content)</\($name | split(" ")[0])>";
def cells($name; values): [values | tag($name; esc)] | join("");
def count($n; $class): "<td class=\"\(if "\($n)" == "0" then "zero" else $class end)\">\($n | esc)</td>";
def mark: "<span class=\"status \(esc)\">\(esc)</span>";
def counts_text: (map(select(.status == "pass")) | length) as $passed
	| (map(select(is_bad)) | length) as $failed
	| ([["passed", $passed], ["failed", $failed],
	    ["skipped", (map(select(.status == "skip")) | length)],
	    ["known", (map(select(.status == "known")) | length)]]
	   | map(select(.[1] > 0) | "\(.[1]) \(.[0])") | join(", "));

def style: "
:root { color-scheme: light dark; --pass: #1a7f37; --fail: #b42318; --skip: #7a5c00; --line: #d8dee4; --soft: #f6f8fa; --text: #1f2328; --page: #fff; --dim: #59636e; --bad: #b42318 }
@media screen and (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #212830; --text: #e6edf3; --page: #151b23; --dim: #9198a1; --bad: #ff8a80 } a { color: #79b8ff } }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0 }
main, .banner > div { max-width: 1200px; margin: 0 auto; padding: 0 24px }
.banner { color: #fff; padding: 20px 0 } .banner.pass { background: var(--pass) } .banner.fail { background: var(--fail) }
.banner h1 { margin: 0; font-size: 26px } .banner p { margin: 4px 0 0; opacity: .92 }
h2 { font-size: 19px; margin: 32px 0 10px; padding-bottom: 4px; border-bottom: 1px solid var(--line) }
h3 { font-size: 16px; margin: 18px 0 6px }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; max-width: 100% }
th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
th { font-weight: 600; white-space: nowrap; overflow-wrap: normal } td.name { min-width: 240px }
table.figures th, table.figures td { text-align: right; white-space: nowrap; overflow-wrap: normal }
table.figures th { white-space: normal; vertical-align: bottom }
.wide table.figures th, .wide table.figures td { padding-right: 10px }
table.figures .text { text-align: left }
.wide { overflow-x: auto } .note { color: var(--dim); margin: 4px 0 }
.status { display: inline-block; min-width: 52px; text-align: center; border-radius: 4px; padding: 0 6px; font-size: 13px; color: #fff; background: var(--pass) }
.status.fail, .status.error { background: var(--fail) } .status.skip, .status.known { background: var(--skip) }
.failure { border-left: 4px solid var(--fail); background: var(--soft); padding: 8px 14px; margin: 8px 0; overflow-wrap: anywhere }
.failure b { font-family: ui-monospace, monospace; font-size: 14px } .zero { color: var(--dim) }
.bad { color: var(--bad); font-weight: 600 }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 10px; overflow-x: auto; font-size: 13px; line-height: 1.4 }
code { font-size: 13px; overflow-wrap: anywhere }
details { margin: 4px 0 } summary { cursor: pointer; padding: 3px 0 } details table { margin: 4px 0 10px 18px }
.plot { overflow-x: auto } img { max-width: 100%; min-width: min(720px, 200vw); height: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff } li { overflow-wrap: anywhere }
@media print { details > * { display: block } .banner { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
";

def banner: "<header class=\"banner \($verdict[0].overall | esc)\"><div><h1>\(if $verdict[0].overall == "pass" then "✔ Passed" else "✘ Failed" end): \($env[0].target | esc)</h1>"
	+ "<p>\($verdict[0].counts | "\(.passed) passed, \(.failed) failed, \(.skipped) skipped\(if .known > 0 then " (\(.known) of them known issues)" else "" end)" | esc)</p>"
	+ "<p>\(target_text($env[0]) | esc). \($env[0].date // "" | esc)</p></div></header>";

def stage_table: ($stages | stage_times) as $times
	| "<h2>Stages</h2><table class=\"figures\"><tr><th class=\"text\">stage</th><th>passed</th><th>failed</th><th>skipped</th><th>known among them</th></tr>"
	+ ([$verdict[0].stages | to_entries[] | "<tr><td class=\"text\">\(.key | esc)</td>"
		+ (.value | count(.passed; "") + count(.failed; "bad") + count(.skipped; "") + count(.known; "")) + "</tr>"]
	   | join("")) + "</table>"
	+ if $times == [] then "" else "<p class=\"note\">Time: \($times | map("\(.stage) \(.seconds) s") | join(", ") | esc).</p>" end;

# Failures, each boot's console right below those of its boot.
def failures: ($rows | verdict_rows | map(select(is_bad)) | sort_by(.stage != "boot")) as $bad
	| if $bad == [] then "" else
		"<h2>Failures</h2>"
		+ ([$bad[:50][] | "<div class=\"failure\"><b>\("\(.stage):\(.test)" | esc)</b><br>\(.message | esc)</div>"] | join(""))
		+ (if ($bad | length) > 50 then "<p>and \(($bad | length) - 50) more, below.</p>" else "" end)
		+ ([$verdict[0].boots[] | . as $boot | select(any($bad[]; .boot == $boot.name))
		    | (if .outcome == "ok" then ["The last lines of the console", ($tails[0][.name] // "")]
		       else ["What the console says", (.quote | join("\n"))] end) as $quote
		    | "<h3>Boot \(.name | esc)\(if .outcome == "ok" then "" else ": \(.outcome) in \(.place)" | esc end)</h3>"
		    + "<details\(if .outcome == "ok" then "" else " open" end)><summary>\($quote[0])</summary><pre>\($quote[1] | esc)</pre></details>"]
		   | join("")) end;

def notes: if $verdict[0].notes == [] then "" else
	"<h2>Notes</h2><ul>" + ([$verdict[0].notes[] | tag("li"; esc)] | join("")) + "</ul>" end;

def latency_table: ($table | configurations) as $configurations
	| if $configurations == [] then "" else
		"<h2>Latency</h2><p class=\"note\">Clock: \(clock_text($env[0]) | esc). Occupancy and migrated pages are medians.</p><div class=\"wide\">"
		+ "<table class=\"figures\"><tr>" + ([["backend", "pressure"][] | "<th class=\"text\">\(.)</th>"] | join(""))
		+ cells("th"; ["size", "samples", "failed", "invalid", "min", "median", "p90", "p99", "max", "occupancy, pages", "migrated, pages", "retries, most"][]) + "</tr>"
		+ ([$configurations[] | "<tr><td class=\"text\">\(.backend | esc)</td><td class=\"text\">\(.pressure | esc)</td>"
		    + cells("td"; (.size_bytes | size_text), .samples)
		    + count(.failures; "bad") + count(.invalid; "bad")
		    + cells("td"; (.min, .p50, .p90, .p99, .max | time_text($env[0] | is_counted)), .occupancy_pages, .migrated_pages, .retries_max) + "</tr>"] | join(""))
		+ "</table></div>" end;

# What the plugin counted, apart from what the guest idled: what goes on while nothing is
# executed is no instruction. In: phases.tsv, a line of names first.
def executed_table: ($phases | split("\n") | map(select(. != "") | split("\t"))) as $lines
	| [$lines[1:][] | [$lines[0], .] | transpose | map({key: .[0], value: .[1]}) | from_entries] as $rows
	| if $rows == [] then "" else
		"<h2>Executed and idle</h2><p class=\"note\">Averages of an allocation. Idle is what the guest waited, at one instruction a nanosecond.</p>"
		+ "<div class=\"wide\"><table class=\"figures\"><tr>" + ([["backend", "pressure"][] | "<th class=\"text\">\(.)</th>"] | join(""))
		+ cells("th"; ["size, pages", "samples", "in all", "executed by cma_alloc", "most of it", "zeroing and door", "idle", "explained, %"][]) + "</tr>"
		+ ([$rows[:80][] | (to_entries[9:] | map(select(.key | IN("idle", "zero", "door") | not)) | max_by(.value | tonumber)) as $most
		    | "<tr>" + ([.backend, .pressure | "<td class=\"text\">\(esc)</td>"] | join(""))
		    + cells("td"; .size_pages, .samples, (.latency_ns, .instructions | time_text(true)), "\($most.key) \($most.value | time_text(true))",
			    ((.zero | tonumber) + (.door | tonumber) | tostring | time_text(true)), (.idle | time_text(true)), .explained_percent) + "</tr>"] | join(""))
		+ "</table></div>"
		+ (if ($rows | length) > 80 then "<p class=\"note\">and \(($rows | length) - 80) more rows, in plots/phases.tsv</p>" else "" end) end;

# Failed allocations, by what the allocator was refused for.
def causes_table: ($causes | tsv(["backend", "pressure", "size_pages", "cause", "error", "count"])) as $rows
	| if $rows == [] then "" else
		"<h2>Failed allocations by cause</h2><div class=\"wide\"><table class=\"figures\"><tr>"
		+ ([["backend", "pressure", "cause", "error"][] | "<th class=\"text\">\(.)</th>"] | join("")) + cells("th"; "size, pages", "failed") + "</tr>"
		+ ([$rows[:30][] | "<tr>" + ([.backend, .pressure, .cause, .error | "<td class=\"text\">\(esc)</td>"] | join(""))
		    + cells("td"; .size_pages, .count) + "</tr>"] | join("")) + "</table></div>"
		+ (if ($rows | length) > 30 then "<p class=\"note\">and \(($rows | length) - 30) more rows, in bench.jsonl</p>" else "" end) end;

# One table for each title of report-benches.jq; numbers stand right.
def bench_tables: $benches | split("\n") | map(select(. != "") | split("\t"))
	| reduce .[] as $line ([]; if length > 0 and .[-1].title == $line[0] then .[-1].rows += [$line[1:]]
		else . + [{title: $line[0], heads: $line[1:], rows: []}] end)
	| map("<h2>\(.title | esc)</h2><div class=\"wide\"><table class=\"figures\"><tr>"
		+ (.rows[0] as $first | [range(.heads | length) as $i
			| "<th\(if $first[$i] | test("^[0-9-]") then "" else " class=\"text\"" end)>\(.heads[$i] | esc)</th>"] | join("")) + "</tr>"
		+ ([.rows[:60][] | "<tr>" + ([.[] | "<td\(if test("^[0-9-]") then "" else " class=\"text\"" end)>\(esc)</td>"] | join("")) + "</tr>"] | join(""))
		+ "</table></div>"
		+ (if (.rows | length) > 60 then "<p class=\"note\">and \((.rows | length) - 60) more rows, in bench.jsonl</p>" else "" end))
	| join("");

def against_baseline: if $baseline == "" then "" else
	"<h2>Against the baseline</h2><pre>\($baseline | esc)</pre>" end;

# What the figures are worth: how they were taken, and what an unrelated change may do to them.
def measurement_section: $measurement[0] as $m
	| if $m == null then "" else
		"<h2>Measurement</h2><table>"
		+ ([[["mode", "\($m.mode), \($m.boots | length) boots"], ["unit", $m.unit],
		     ["repeated", ($m.repeated | if . == null then null else "two QEMU processes wrote the same \(.records) records, \(.bytes) bytes" end)],
		     ["cannot see", ($m.cannot_see // [] | join(", "))]][] | select(.[1] != null)
		    | "<tr><th>\(.[0])</th><td>\(.[1] | esc)</td></tr>"] | join("")) + "</table>"
		+ ($noise | tsv(["row", "measure", "boots", "middle", "range", "range_percent"]) | .[1:]
		   | map(select(.range_percent != "-" and (.measure | endswith("median") or endswith("average")))) | sort_by(-(.range_percent | tonumber))) as $rows
		| if $rows == [] then "" else "<details><summary>Noise: range over the boots, at most \($rows[0].range_percent) %</summary><div class=\"wide\"><table class=\"figures\"><tr>"
			+ "<th class=\"text\">row</th><th class=\"text\">measure</th>" + cells("th"; "boots", "middle", "range", "range, %") + "</tr>"
			+ ([$rows[] | "<tr><td class=\"text\">\(.row | esc)</td><td class=\"text\">\(.measure | esc)</td>"
			    + cells("td"; .boots, .middle, .range, .range_percent) + "</tr>"] | join("")) + "</table></div></details>" end
	  end;

# As wide as it was drawn, so that all letters are of one size; a narrow window scrolls.
def plot_width: .svg | capture("viewBox=\"0 0 (?<width>[0-9]+) ").width // "1000" | esc;
def plots: if $plots[0] == [] then "" else "<h2>Plots</h2>"
	+ ([$plots[0][] | "<p class=\"plot\"><a href=\"\(.path | esc)\"><img alt=\"\(.name | gsub("-"; " ") | esc)\" width=\"\(plot_width)\" src=\"data:image/svg+xml;base64,\(.svg | @base64)\"></a></p>"] | join("")) end;

def tests: "<h2>Tests</h2>" + ([$verdict[0].stages | keys_unsorted[] as $stage | $rows | verdict_rows | map(select(.stage == $stage)) | "<h3>\($stage | esc)</h3>"
	+ ([group_by([.boot, (.test | split(".")[0])])[]
	    | "<details\(if any(.[]; is_bad) then " open" else "" end)><summary>\(.[0].test | split(".")[0] | esc): \(counts_text | esc)</summary><table>"
	    + ([.[] | "<tr><td>\(.status | mark)</td><td class=\"name\">\(.test | esc)</td><td>\(.message // "" | esc)</td></tr>"] | join(""))
	    + "</table></details>"] | join(""))] | join(""));

def environment: $env[0] as $env | "<h2>Environment</h2><table>"
	+ ([[["kernel", "\($env.kernel.release) from \($env.kernel.source)"], ["kernel source hash", $env.kernel.source_hash],
	    ["configuration hash", $env.kernel.config_hash], ["architecture, profile", "\($env.arch), \($env.profile)"],
	    ["accelerator", "\($env.accelerator), \($env.qemu_version)"], ["compiler", $env.compiler], ["host", $env.host],
	    ["cma-tests", $env.project]][] | select(.[1] != null)
	   | "<tr><th>\(.[0])</th><td>\(.[1] | esc)</td></tr>"] | join("")) + "</table>"
	+ "<h3>Boots</h3><div class=\"wide\"><table><tr>" + cells("th"; ["boot", "memory", "CPUs", "clock", "fixture", "command line"][]) + "</tr>"
	+ ([$env.boots[] | "<tr>" + cells("td"; .name, .memory // "-", .cpus // "-", .clock // "-", .fixture // "-")
	    + "<td><code>\(.command_line // "-" | esc)</code></td></tr>"] | join("")) + "</table></div>";

def files: "<h2>Files</h2><ul>" + ([$files | split("\n")[] | select(. != "")
	| "<li><a href=\"\(split("/") | map(@uri) | join("/"))\">\(esc)</a></li>"] | join("")) + "</ul>";

"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
+ "<title>cma-tests: \($env[0].target | esc) \($verdict[0].overall | esc)</title><style>\(style)</style></head><body>",
banner, "<main>", stage_table, failures, against_baseline, plots, latency_table, executed_table, causes_table, bench_tables, measurement_section, tests, notes, environment, files, "</main></body></html>"
