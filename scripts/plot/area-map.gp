# SPDX-License-Identifier: GPL-2.0
#
# The area as a picture: a bar for each moment that was drawn, the states of its pages.
# In: maps (columns: bench-maps.jq), output, subject.

set encoding utf8
rows = int(system(sprintf("cut -f1 '%s' | sort -un | wc -l", maps)))
if (rows == 0) exit status 4
cells = real(system(sprintf("awk -F'\\t' '$3 + $4 > n { n = $3 + $4 } END { print n }' '%s'", maps)))

states = "# a t f d S o ."
names = "taken anonymous tmpfs page_cache dirty kernel other free"
# Okabe-Ito, and free is nearly white: lightness tells them apart in print.
array colour[8] = ["000000", "0072B2", "56B4E9", "009E73", "D55E00", "CC79A7", "E69F00", "EEEEEE"]
runs(i) = sprintf("< awk -F'\\t' '$5 == \"%s\" { print $3, $3 + $4, $1 }' '%s'", word(states, i), maps)

height = 150 + 34 * rows
set terminal svg size 900, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set lmargin at screen 0.2
set rmargin at screen 0.97
set tmargin at screen 1 - 90.0 / height
set bmargin at screen 45.0 / height
set label 1 "The area, by what is in it" at screen 0.5, 1 - 22.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 46.0 / height center
set border 0
set xrange [0:cells]
set yrange [rows - 0.5 : -0.5]
set xtics ("base" 0, "middle" cells / 2, "end" cells) scale 0
set ytics scale 0
set ytics ()
do for [i = 0:rows - 1] {
	set ytics add (system(sprintf("awk -F'\\t' '$1 == %d { print $2; exit }' '%s'", i, maps)) i)
}
set key at screen 0.97, 1 - 68.0 / height right horizontal samplen 1.2
set style fill solid 1 noborder
plot for [i = 1:8] runs(i) using 1:3:1:2:($3 - 0.4):($3 + 0.4) with boxxyerror lc rgb "#" . colour[i] \
		notitle, \
	for [i = 1:8] keyentry with boxes lc rgb "#" . colour[i] \
	title (word(names, i) eq "page_cache" ? "page cache" : word(names, i))
