# SPDX-License-Identifier: GPL-2.0
#
# Heatmap: size of the allocation by what was in the area, the colour is the median; a
# panel for each backend. In: table (columns: bench-table.jq), output, subject, clock, amount().

set encoding utf8
chosen = "awk -F'\\t' '$1 == \"latency\" && $12 != \"-\""
backends = system(sprintf("%s { print $2 }' '%s' | sort -u", chosen, table))
pressures = system(sprintf("%s { print ($4 == \"none\" ? 0 : 1), $4 }' '%s' | sort -u | sort -k 1n -k 2V | cut -d ' ' -f 2", chosen, table))
sizes = system(sprintf("%s { print $6 }' '%s' | sort -nu", chosen, table))
panels = words(backends)
if (panels == 0) exit status 4
# Where a word stands in a list, from 1.
place = "function place(list, word, n, i, part) { n = split(list, part, \" \"); for (i = 1; i <= n; i++) if (part[i] == word) return i; return 0 }"
flat(list) = system(sprintf("echo '%s' | tr '\\n' ' '", list))
rows(backend) = sprintf("< awk -F'\\t' '%s $1 == \"latency\" && $12 != \"-\" && $2 == \"%s\" { print place(\"%s\", $6), place(\"%s\", $4), $12 }' '%s'", \
	place, backend, flat(sizes), flat(pressures), table)

stats sprintf("< %s' '%s'", chosen, table) using 12 name "median" nooutput
height = 190 + panels * (70 + 36 * words(pressures))
# A cell is as wide as its median.
width = words(sizes) < 13 ? 1000 : 300 + 58 * words(sizes)
set terminal svg size width, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout panels, 1 margins 190.0 / width, 1 - 110.0 / width, 85.0 / height, 1 - 105.0 / height spacing 0, 75.0 / height
set label 1 "Median latency by size and by what was in the area" at screen 0.5, 1 - 25.0 / height center font ",18"
set label 2 subject . "; " . clock at screen 0.5, 1 - 52.0 / height center
set border 0
unset key
set tics scale 0
set logscale cb
set cbrange [median_min / 1.01 : median_max * 1.01]
# Light to dark (viridis reversed): dark is slow, also in print.
set palette defined (0 "#FDE725", 1 "#5EC962", 2 "#21918C", 3 "#3B528B", 4 "#440154")
set cbtics ()
do for [exponent = 2:12] { set cbtics add (amount(10.0 ** exponent) 10.0 ** exponent) }
set xrange [0.5 : words(sizes) + 0.5]
set yrange [0.5 : words(pressures) + 0.5]
set ytics ()
# The label of a tick is a format: a percent sign is written twice.
do for [p = 1:words(pressures)] { set ytics add (system(sprintf("echo '%s' | sed 's/%%/%%%%/g'", word(pressures, p))) p) }
set xtics ()
do for [s = 1:words(sizes)] { set xtics add (word(sizes, s) s) }
set boxwidth 1
limit = sqrt(median_min * median_max)
do for [b = 1:panels] {
	set title sprintf("backend %s", word(backends, b)) font ",14" offset 0, -0.6
	if (b == panels) { set xlabel "size of the allocation, pages" offset 0, 0.3 } else { unset xlabel }
	if (b > 1) { unset colorbox }
	plot rows(word(backends, b)) using 1:2:(0.48):(0.46):3 with boxxyerror fillstyle solid 1 noborder fillcolor palette, \
		rows(word(backends, b)) using 1:2:(amount($3)):($3 > limit ? 0xFFFFFF : 0x000000) with labels font ",12" tc rgb variable
	unset label 1
	unset label 2
}
unset multiplot
