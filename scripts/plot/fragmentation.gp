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

set terminal svg size 900, 480 dynamic noenhanced font "sans-serif,14" background "white"
set output output

set label 1 "Fragmentation as buffers come and go" at screen 0.5, 0.95 center font ",18"
set label 2 subject at screen 0.5, 0.89 center
set lmargin at screen 0.09
set rmargin at screen 0.57
set tmargin at screen 0.84
set bmargin at screen 0.13
set border 3 lc "#555555"
set tics nomirror
set xlabel "steps"
set ylabel "per cent of the area"
set yrange [0:100]
set xrange [0:*]
set key at screen 0.99, 0.84 right top Left reverse samplen 2
plot for [i = 1:count] curve(i) using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc i title label(i) . ": free run", \
	for [i = 1:count] curve(i) using 1:3 with lines lw 1 dt 2 lc i title label(i) . ": taken"
