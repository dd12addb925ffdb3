# SPDX-License-Identifier: GPL-2.0
#
# Latency by size, a line a kernel: a panel for each backend, empty areas only.
# In: table (trend.tsv), output, unit.

set encoding utf8
header = system(sprintf("head -n 1 '%s' | cut -f 3- | tr '\\t' ' '", table))
releases = words(header) - 1
chosen = "awk -F'\\t' '$2 == \"latency_median\" { n = split($1, part, \".\"); size = \"\"; for (i = 1; i <= n; i++) if (part[i] ~ /-pages$/) size = part[i] + 0; if (part[1] == \"latency\" && part[4] == \"none\") print part[2], size"
backends = system(sprintf("%s }' '%s' | cut -d ' ' -f 1 | sort -u", chosen, table))
panels = words(backends)
if (panels == 0) exit status 3
rows(backend, r) = sprintf("< %s, $%d }' '%s' | awk '$1 == \"%s\" && $3 != \"-\"' | sort -k 2 -n", chosen, r + 2, table, backend)

array colour[7] = ["0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000"]
array point[7] = [7, 5, 9, 13, 11, 15, 2]

width = 125 + (panels == 1 ? 600 : 400 * panels)
set terminal svg size width, 520 dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout 1, panels margins 105.0 / width, 1 - 20.0 / width, 0.2, 0.8 spacing 20.0 / width, 0
set label 1 "Latency of one allocation from an empty area, by kernel" at screen 0.5, 0.955 center font ",18"
set label 2 (unit eq "nanoseconds" ? "medians" : "instruction-counted QEMU, not the time of any hardware; medians") at screen 0.5, 0.9 center
set border 3 lw 1 lc "#555555"
set grid x y lt 1 lw 0.5 lc "#DDDDDD"
set logscale x 2
set logscale y 10
set yrange [1e4:1e8]
set xtics nomirror rotate by 40 right scale 0.5
set ytics nomirror scale 0.5
set ytics ("10k" 1e4, "100k" 1e5, "1M" 1e6, "10M" 1e7, "100M" 1e8)
set mytics 10
set xlabel "size of the allocation, pages" offset 0, 0.4
set key top left reverse Left samplen 2 spacing 1.2 opaque noautotitle
do for [b = 1:panels] {
	set title sprintf("backend %s", word(backends, b)) font ",15" offset 0, -0.5
	if (b == 1) {
		set ylabel unit offset 0.5
	} else {
		unset ylabel
		set ytics ("" 1e4, "" 1e5, "" 1e6, "" 1e7, "" 1e8)
		unset label 1
		unset label 2
	}
	plot for [r = 1:releases] rows(word(backends, b), r) using 2:3 with linespoints lw 2.5 \
		pt point[(r - 1) % 7 + 1] ps 0.8 lc rgb "#" . colour[(r - 1) % 7 + 1] title word(header, r)
}
unset multiplot
