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

set terminal svg size 900, 480 dynamic noenhanced font "sans-serif,14" background "white"
set output output
set label 1 sprintf("Allocations %s by the number of threads", a_second) at screen 0.5, 0.95 center font ",18"
set label 2 subject at screen 0.5, 0.89 center
set lmargin at screen 0.1
set rmargin at screen 0.57
set tmargin at screen 0.84
set bmargin at screen 0.13
set border 3 lc "#555555"
set tics nomirror
set logscale y
set xlabel "threads"
set ylabel sprintf("allocations %s, all threads", a_second)
set xrange [0:*]
set key at screen 0.99, 0.84 right top Left reverse samplen 2
plot for [i = 1:count] curve(i) using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc i title label(i)
