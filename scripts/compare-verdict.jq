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

# What explains a change of a row: the phase, or the work, that changed by most.
def explanation($all): . as $figure
	| [$all[] | select(.row == $figure.row and .role == "explains" and .base != null and .new != null)
	   | . + {difference: (.new - .base)}] as $others
	| ($others | map(select(.measure | startswith("phase_"))) | max_by(.difference * (if $figure.verdict == "worse" then 1 else -1 end))) as $phase
	| if $phase != null and $phase.difference != 0
	  then "phase \($phase.measure[6:]) \(if $phase.difference > 0 then "+" else "" end)\($phase.difference | round)"
	  else ($others | map(select(.measure == "migrated_pages" and .base != .new)) | .[0]) as $migrated
	  | ($all | map(select(.row == $figure.row and .measure == "retries" and .base != .new)) | .[0]) as $retries
	  | [($retries | select(. != null) | "retries \(.base) -> \(.new)"),
	     ($migrated | select(. != null) | "migrated pages \(.base) -> \(.new)")] | join(", ") end;

[records] as $all
| ($all | map(select(.role == "gates"))) as $gating
| ($gating | reduce .[] as $figure ({better: 0, same: 0, worse: 0, incomparable: 0}; .[$figure.verdict] += 1)) as $counts
| $setup[0] + { schema: 1, minimum_percent: ($minimum | tonumber), counts: $counts,
  verdict: (if $counts.worse > 0 then "worse" elif $counts.incomparable > 0 then "incomparable"
	    elif $gating == [] then "incomparable" elif $counts.better > 0 then "better" else "same" end),
  figures: [$all[] | if .role == "gates" and (.verdict == "worse" or .verdict == "better")
	    then .explanation = explanation($all) else . end] }
| del(.refusal)
