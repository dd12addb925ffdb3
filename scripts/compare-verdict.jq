# SPDX-License-Identifier: GPL-2.0
#
# verdicts.tsv of statistics/comparison, with the set-up, to comparison.json.

def number: if . == "-" then null elif . == "inf" then . else tonumber end;
def records: [inputs | split("\t")] | .[0] as $names
	| .[1:][] | . as $cells
	| reduce range($names | length) as $i ({}; .[$names[$i]] = $cells[$i])
	| with_entries(if .key | IN("base", "new", "change", "low", "high", "base_noise", "new_noise", "p")
		       then .value |= number else . end)
	# figures.tsv of the run says the same, line by line.
	| .reason |= (sub("BASE[.]tsv"; $setup[0].base.folder + "/figures.tsv") | sub("NEW[.]tsv"; $setup[0].new.folder + "/figures.tsv"));

# The figures of $prefix that may explain $figure: those that are clear of their noise, where one is.
def parts($all; $figure; $prefix): [$all[]
		| select(.row == $figure.row and .role == "explains" and .base != null and .new != null and (.measure | startswith($prefix)))
		| . + {name: .measure[($prefix | length):], difference: (.new - .base)}]
	| map(select(.verdict == $figure.verdict)) as $clear
	| if $clear != [] then $clear else . end;
# The one that changed by most in the direction of $figure.
def biggest($figure): max_by(.difference * (if $figure.verdict == "worse" then 1 else -1 end));
def signed: if . > 0 then "+\(.)" else tostring end;
def part_text($kind): if . == null or .difference == 0 then empty else "\($kind) \(.name) \(.difference | round | signed)" end;
# Of one page: fewer instructions than one are a change, too.
def page_text: if . == null then "" else "phase \(.name) \(.difference * 100 | round / 100 | signed), a page" end;

# Where an allocation's phases cannot tell: the work it had.
def work($all): . as $figure
	| ["retries", "migrated_pages"][] as $measure
	| $all[] | select(.row == $figure.row and .measure == $measure and .base != .new)
	| "\($measure | gsub("_"; " ")) \(.base) -> \(.new)";

# What explains a change of a row: the phase, or the work, that changed by most.
def explanation($all): . as $figure
	| if .measure | test("release") then first((parts($all; $figure; "release_") | biggest($figure) | part_text("release")), "")
	  elif .measure == "page_isolation" then {name: "isolate", difference: (.new - .base)} | page_text
	  elif .measure == "page_reclaim" then {name: "reclaim", difference: (.new - .base)} | page_text
	  elif .measure == "page_migration" then parts($all; $figure; "page_") | biggest($figure) | page_text
	  else first((parts($all; $figure; "phase_") | biggest($figure) | part_text("phase")), ([work($all)] | join(", "))) end;

[records] as $all
| ($all | map(select(.role == "gates"))) as $gating
| ($gating | reduce .[] as $figure ({better: 0, same: 0, worse: 0, incomparable: 0}; .[$figure.verdict] += 1)) as $counts
| $setup[0] + { schema: 1, minimum_percent: ($minimum | tonumber), counts: $counts,
  verdict: (if $counts.worse > 0 then "worse" elif $counts.incomparable > 0 then "incomparable"
	    elif $gating == [] then "incomparable" elif $counts.better > 0 then "better" else "same" end),
  figures: [$all[] | if .role == "gates" and (.verdict == "worse" or .verdict == "better")
	    then .explanation = explanation($all) else . end] }
| del(.refusal)
