# SPDX-License-Identifier: GPL-2.0
#
# Where the latency of an allocation went: a bar for each row, its phases as shares.
# In: phases (columns: bench-phases.jq, with a line of names), output, subject.

set encoding utf8
rows = int(system(sprintf("awk 'NR > 1' '%s' | wc -l", phases)))
if (rows == 0) exit status 4

# One line a box: row, from, to, in per cent of the latency, for the columns of one phase.
box = "BEGIN { FS = \"\\t\" } NR == 1 { for (i = 1; i <= NF; i++) { name[i] = $i; column[$i] = i } next } " \
	. "{ from = 0; all = $7 > $8 ? $7 : $8; for (i = 10; i <= NF; i++) part(name[i], $i) } " \
	. "function part(what, n) { if (what == wanted && n > 0) print NR - 2, 100 * from / all, 100 * (from + n) / all; from += n }"
boxes(phase) = "< awk -v wanted=" . phase . " '" . box . "' '" . phases . "'"

names = system(sprintf("head -n 1 '%s' | cut -f 10- | tr '\\t' ' '", phases))
# In the order of names, by family: blues search and isolate, greens migrate, reds what was in vain, greys nobody's.
array colour[16] = ["08306B", "2171B5", "6BAED6", "C6DBEF", "00441B", "238B45", "74C476", "C7E9C0", \
	"FDD0A2", "E69F00", "A65628", "CB181D", "000000", \
	"807DBA", "D9D9D9", "969696"]

height = 150 + 22 * rows
set terminal svg size 980, height dynamic noenhanced font "sans-serif,13" background "white"
set output output
set lmargin at screen 0.33
set rmargin at screen 0.86
set tmargin at screen 1 - 75.0 / height
set bmargin at screen 55.0 / height
set label 1 "Where the latency of an allocation went" at screen 0.5, 1 - 22.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 48.0 / height center
set border 1 lc "#555555"
set xrange [0:100]
set yrange [rows - 0.5 : -0.5]
set xlabel "share of the latency, per cent (door: the system call around cma_alloc)"
set xtics nomirror scale 0.5
set ytics scale 0
set ytics ()
# A label is a format: per cent signs are doubled.
do for [i = 0:rows - 1] {
	set ytics add (system("awk -F'\\t' -v row=" . (i + 2) . " 'NR == row { gsub(/%/, \"%%\", $3); print $2 \", \" $3 \", \" $5 \" pages\" }' '" . phases . "'") i)
}
set key at screen 0.99, 1 - 75.0 / height right top samplen 1 spacing 1.1
set style fill solid 1 noborder
plot for [i = 1:words(names)] boxes(word(names, i)) using 2:1:2:3:($1 - 0.4):($1 + 0.4) with boxxyerror \
	lc rgb "#" . colour[i] notitle, \
	for [i = 1:words(names)] keyentry with boxes lc rgb "#" . colour[i] title word(names, i)
