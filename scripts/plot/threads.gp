# SPDX-License-Identifier: GPL-2.0
#
# Several threads at once: allocations a second by the number of threads.
# In: curves (columns: bench-curves.jq), output, subject, a_second.

set encoding utf8
names = sprintf("awk -F'\\t' '$1 == \"parallel\" { print $2 }' '%s' | sort -u", curves)
count = int(system(names . " | wc -l"))
if (count == 0) exit status 4
label(i) = system(names . sprintf(" | sed -n %dp", i))
curve(i) = sprintf("< awk -F'\\t' '$1 == \"parallel\" && $2 == \"%s\" { print $3, $4 }' '%s'", label(i), curves)

# The key shows what fits into the height, and stands beside the panel.
longest = int(system(names . " | awk '{ if (length > n) n = length } END { print n }'"))
width = longest < 42 ? 900 : 564 + 8 * longest
height = count < 11 ? 480 : 180 + 30 * count
set terminal svg size width, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set label 1 sprintf("Allocations %s by the number of threads", a_second) at screen 0.5, 1 - 24.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 52.0 / height center
set lmargin at screen 108.0 / width
set rmargin at screen 495.0 / width
set tmargin at screen 1 - 77.0 / height
set bmargin at screen 63.0 / height
set border 3 lc "#555555"
set tics nomirror
set logscale y
set xlabel "threads"
set ylabel sprintf("allocations %s, all threads", a_second)
set xrange [0:*]
set key at screen 513.0 / width, 1 - 83.0 / height left top Left reverse samplen 2 spacing 1.4
plot for [i = 1:count] curve(i) using 1:2 with linespoints lw 2 pt shape(i) ps 0.8 lc rgb tint(i) title label(i)
