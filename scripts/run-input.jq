# SPDX-License-Identifier: GPL-2.0
#
# Is a file of a run what its readers take it for? Run with jq -rRn --arg name <its name>: what is
# wrong with it, to stand right behind its path, or nothing. Of records, the first that is wrong.

def shown: tostring | if length > 60 then .[:57] + "..." else . end;
def fault($line; $wanted; $found): ":\($line): expected \($wanted), found '\($found | shown)'";
def is_count: type == "number" and (isnan or isinfinite | not);
def are_words: type == "array" and all(.[]; type == "string");
def are_counts: type == "object" and all(.passed, .failed, .skipped, .known; is_count);

# What summary.jq, report.jq, plot.sh, figures.sh and trend.sh read without asking.
def is_environment: (.kernel | type) == "object" and (.boots | type) == "array"
	and all(.boots[]; type == "object" and (.name | type) == "string");
def is_measurement: (.mode | type) == "string" and (.boots | are_words and all(.[]; test("^[a-z0-9-]+$")))
	and (.cannot_see // [] | are_words) and (.repeated // {} | type) == "object";
def is_verdict: (.overall | type) == "string" and (.counts | are_counts)
	and (.stages | type) == "object" and all(.stages[]; are_counts)
	and (.boots | type) == "array" and all(.boots[]; (.name | type) == "string" and (.quote | type) == "array")
	and (.reasons | are_words) and (.notes | are_words);

# judge(IS; WANTED): a file that is one JSON object.
def judge(is; $wanted): [inputs] | join("\n")
	| (try {value: fromjson} catch {why: split(" (while parsing")[0]})
	| if .why then ": expected \($wanted), found no JSON: \(.why)"
	  elif .value | type == "object" | not then ": expected \($wanted), found \(.value | shown)"
	  elif .value | has("schema") and .schema != 1 then ": expected schema 1, found \(.value.schema | shown)"
	  elif .value | try is catch false then empty
	  else ": expected \($wanted), found \(.value | shown)" end;

# Of the benchmark: what bench-table.jq and the like calculate with. Types that they do not know are
# theirs to pass over; half a line, which a guest that dies leaves, the verdict tells.
def has_words(values): all(values; type == "string");
def has_counts(values): all(values; is_count);
def is_record: if .type == "sample" or .type == "traced"
	then has_words(.bench, .backend, .pressure, .area // "") and has_counts(.size_pages, .target_occupancy_percent // 0)
		and (.type == "traced" or .valid != true or .error != null or (.latency_ns | is_count))
	elif .type == "map" then has_words(.pressure, .cells)
	elif .type == "fragmentation" then has_words(.backend, .pressure) and has_counts(.step, .used_pages // 0, .largest_free_run_pages // 0)
	elif .type == "parallel" and .valid then has_words(.backend, .pressure) and has_counts(.size_pages, .threads, .areas, .allocations_per_second)
	else true end;
def judge_record: .text as $text | .line as $line
	| $text | fromjson? | objects
	| if .type == "run" and .schema != 1 then fault($line; "schema 1"; .schema)
	  elif any(.. | numbers; is_count | not) then fault($line; "finite numbers"; $text)
	  elif is_record then empty
	  else fault($line; "a record of cmabench"; $text) end;

# Of bench/plugin, each line: half a one is half a call.
def is_call: type == "object" and (.type | type) == "string"
	and (if .type == "phases" then has_counts(del(.type)[], .call, .instructions, .retries)
	     elif .type == "release" then has_counts(del(.type)[], .call, .instructions, .bitmap, .free) else true end);
def judge_call: select(.text | fromjson? // null | is_call | not) | fault(.line; "a record of bench/plugin"; .text);

def lines: foreach inputs as $text (0; . + 1; {line: ., $text});

if $name == "env.json" then judge(is_environment; "a JSON object with kernel and boots")
elif $name == "measurement.json" then judge(is_measurement; "a JSON object with schema, mode and boots, a list of names")
elif $name == "verdict.json" then judge(is_verdict; "a JSON object with overall, counts, stages and boots")
elif $name == "phases.jsonl" then first(lines | judge_call)
else first(lines | judge_record) end
