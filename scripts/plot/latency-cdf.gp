# SPDX-License-Identifier: GPL-2.0
#
# How many of the allocations were done after how long: a panel a backend and pressure, a
# line for each size, in the four groups that have the most samples.
# In: table (columns: bench-table.jq; the records are in the folder above), output, subject, clock, amount().

set encoding utf8
records = system(sprintf("dirname \"$(dirname '%s')\"", table)) . "/bench.jsonl"
# backend pressure size_bytes latency_ns, sorted, one line a valid sample.
samples = "jq -rR 'fromjson? | if .type == \"run\" then empty else select(.type == \"sample\" and .valid and .error == null and .bench == \"latency\") | [.backend, (if (.target_occupancy_percent // 0) > 0 then .pressure + \"-\" + (.target_occupancy_percent | tostring) + \"%\" else .pressure end), .size_pages, .latency_ns] | @tsv end' '" . records . "'"
if (system(sprintf("test -s '%s' && echo yes", records)) ne "yes") exit status 4
groups = system(samples . " | awk -F'\\t' '{ print $1 \":\" $2 }' | sort | uniq -c | sort -k 1nr -k 2 | awk 'NR <= 4 { print $2 }' | sort")
panels = words(groups)
if (panels == 0) exit status 4
sizes = system(samples . " | cut -f 3 | sort -nu")
rows(group, size) = sprintf("< %s | awk -F'\\t' '$1 \":\" $2 == \"%s\" && $3 == %s { print $4 }' | sort -n | awk '{ v[NR] = $1 } END { for (i = 1; i <= NR; i++) print v[i], 100 * i / NR }'", samples, group, size)

# Viridis, dark to light: an order that survives grey and colour-blindness.
array colour[8] = ["440154", "46327E", "365C8D", "277F8E", "1FA187", "4AC16D", "9FDA3A", "C8B020"]
# Few sizes are as far apart as can be.
tint(i) = "#" . colour[words(sizes) > 8 ? (i - 1) % 8 + 1 : words(sizes) == 1 ? 1 : 1 + (i - 1) * 7 / (words(sizes) - 1)]
page(size) = size * 4096.0

stats sprintf("< awk -F'\\t' '$12 != \"-\"' '%s'", table) using 11 name "low" nooutput
stats sprintf("< awk -F'\\t' '$12 != \"-\"' '%s'", table) using 15 name "high" nooutput
across = panels > 1 ? 2 : 1
down = (panels + 1) / 2
height = 155 + 330 * down
set terminal svg size 1000, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout down, across margins 0.075, 0.97, 75.0 / height, 1 - 130.0 / height spacing 0.05, 95.0 / height
set label 1 "Share of the allocations that were done, by latency" at screen 0.5, 1 - 25.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 52.0 / height center
set border 3 lw 1 lc "#555555"
set grid x y lt 1 lw 0.5 lc "#DDDDDD"
set logscale x 10
set yrange [0:100]
set ytics nomirror 25 scale 0.5
set xtics nomirror scale 0.5
set xtics ()
# Less than two decades have three labels each.
do for [exponent = 0:12] {
	set xtics add (amount(10.0 ** exponent) 10.0 ** exponent)
	if (high_max < 100 * low_min) {
		do for [step in "2 5"] { set xtics add (amount(step * 10.0 ** exponent) step * 10.0 ** exponent) }
	}
}
# One key for all panels, above them, from small to large as the colours go.
unset key
do for [s = 1:words(sizes)] {
	set label 10 + s sprintf("■ %s pages", word(sizes, s)) at screen 0.5 + (s - (words(sizes) + 1) / 2.0) * 0.13, \
		1 - 80.0 / height center textcolor rgb tint(s)
}
set xrange [low_min / 1.3 : high_max * 1.3]
do for [g = 1:panels] {
	group = word(groups, g)
	set title system(sprintf("echo '%s' | sed 's/\\(.*\\):\\(.*\\)/backend \\1, pressure \\2/'", group)) font ",14" offset 0, -0.6
	if (g > panels - across) { set xlabel clock offset 0, 0.3 } else { unset xlabel }
	if (g % across == 1 || across == 1) { set ylabel "allocations, percent" offset 1.5 } else { unset ylabel }
	plot for [s = 1:words(sizes)] rows(group, word(sizes, s)) using 1:2 with steps lw 2.5 lc rgb tint(s)
	unset label 1
	unset label 2
	do for [s = 1:words(sizes)] { unset label 10 + s }
}
unset multiplot
