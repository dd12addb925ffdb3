# SPDX-License-Identifier: GPL-2.0
#
# Fragmentation over time: what is taken, and the largest run that is left.
# In: curves (columns: bench-curves.jq), output, subject.

set encoding utf8
names = sprintf("awk -F'\\t' '$1 == \"fragmentation\" { print $2 }' '%s' | sort -u", curves)
count = int(system(names . " | wc -l"))
if (count == 0) exit status 4
label(i) = system(names . sprintf(" | sed -n %dp", i))
curve(i) = sprintf("< awk -F'\\t' '$1 == \"fragmentation\" && $2 == \"%s\" { print $3, $4, $5 }' '%s'", label(i), curves)

# The key shows what fits into the height, and stands beside the panel.
longest = int(system(names . " | awk '{ if (length > n) n = length } END { print n }'"))
width = longest < 42 ? 900 : 564 + 8 * longest
height = count < 11 ? 500 : 200 + 30 * count
set terminal svg size width, height dynamic noenhanced font "sans-serif,14" background "white"
set output output

set label 1 "Fragmentation as buffers come and go" at screen 0.5, 1 - 24.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 52.0 / height center
set label 3 "line: largest free run   dashed: taken" at screen 0.5, 14.0 / height center textcolor "#555555"
set lmargin at screen 81.0 / width
set rmargin at screen 495.0 / width
set tmargin at screen 1 - 77.0 / height
set bmargin at screen 90.0 / height
set border 3 lc "#555555"
set tics nomirror
set xlabel "steps"
set ylabel "per cent of the area"
set yrange [0:100]
set xrange [0:*]
set key at screen 513.0 / width, 1 - 83.0 / height left top Left reverse samplen 2 spacing 1.4 noautotitle
plot for [i = 1:count] curve(i) using 1:2 with linespoints lw 2 pt shape(i) ps 0.8 lc rgb tint(i) title label(i), \
	for [i = 1:count] curve(i) using 1:3 with linespoints lw 1 dt 2 pt shape(i) ps 0.5 lc rgb tint(i)
