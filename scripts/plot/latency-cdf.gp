# SPDX-License-Identifier: GPL-2.0
#
# How many of the allocations were done after how long: a panel a backend and pressure, a
# line for each size, in the four groups that have the most samples.
# In: table (columns: bench-table.jq), samples (group, size_pages, latency_ns), output, subject, clock, amount().

set encoding utf8
groups = system("cut -f 1 '" . samples . "' | sort | uniq -c | sort -k 1nr -k 2 | awk 'NR <= 4 { print $2 }' | sort")
panels = words(groups)
if (panels == 0) exit status 4
sizes = system("cut -f 2 '" . samples . "' | sort -nu")
count = words(sizes)
# From nothing on, or a single sample would be no line.
rows(group, size) = sprintf("< awk -F'\\t' '$1 == \"%s\" && $2 == %s { print $3 }' '%s' | sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[1], 0; for (i = 1; i <= NR; i++) print v[i], 100 * i / NR }'", group, size, samples)

# Viridis, dark to light: an order that survives grey and colour-blindness. The sizes are as
# far apart on it as can be; where that is not far, dashes tell neighbours apart.
array colour[8] = [0x440154, 0x46327E, 0x365C8D, 0x277F8E, 0x1FA187, 0x4AC16D, 0x9FDA3A, 0xC8B020]
along(i) = count == 1 ? 0 : 7.0 * (i - 1) / (count - 1)
channel(n, shift) = (colour[n] >> shift) & 255
between(x, n, shift) = int(channel(n, shift) + (x - n + 1) * (channel(n < 8 ? n + 1 : 8, shift) - channel(n, shift)) + 0.5)
mixed(x, n) = sprintf("#%02X%02X%02X", between(x, n, 16), between(x, n, 8), between(x, n, 0))
tint(i) = mixed(along(i), int(along(i)) + 1)
dashes(i) = count > 8 ? (i - 1) % 4 + 1 : 1

stats sprintf("< awk -F'\\t' '$12 != \"-\"' '%s'", table) using 11 name "low" nooutput
stats sprintf("< awk -F'\\t' '$12 != \"-\"' '%s'", table) using 15 name "high" nooutput
across = panels > 1 ? 2 : 1
down = (panels + 1) / 2
# The key has six sizes a line.
in_line = count < 6 ? count : 6
key_height = 22 * ((count + 5) / 6)
height = 133 + key_height + 330 * down
set terminal svg size 1000, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout down, across margins 0.075, 0.97, 75.0 / height, 1 - (108.0 + key_height) / height spacing 0.05, 95.0 / height
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
key_x(s) = 0.5 + ((s - 1) % 6 - in_line / 2.0) * 0.155
key_y(s) = 1 - (80.0 + 22 * ((s - 1) / 6)) / height
do for [s = 1:count] {
	set arrow s from screen key_x(s), key_y(s) to screen key_x(s) + 0.04, key_y(s) nohead lw 3 dt dashes(s) lc rgb tint(s)
	set label 10 + s sprintf("%s pages", word(sizes, s)) at screen key_x(s) + 0.046, key_y(s) left
}
set xrange [low_min / 1.3 : high_max * 1.3]
do for [g = 1:panels] {
	group = word(groups, g)
	set title system(sprintf("echo '%s' | sed 's/\\(.*\\):\\(.*\\)/backend \\1, pressure \\2/'", group)) font ",14" offset 0, -0.6
	if (g > panels - across) { set xlabel clock offset 0, 0.3 } else { unset xlabel }
	if (g % across == 1 || across == 1) { set ylabel "allocations, percent" offset 1.5 } else { unset ylabel }
	plot for [s = 1:count] rows(group, word(sizes, s)) using 1:2 with steps lw 2.5 dt dashes(s) lc rgb tint(s)
	unset label 1
	unset label 2
	do for [s = 1:count] {
		unset arrow s
		unset label 10 + s
	}
}
unset multiplot
