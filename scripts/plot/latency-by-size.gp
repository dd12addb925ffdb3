# SPDX-License-Identifier: GPL-2.0
#
# Latency by size, log-log: a panel for each backend, a line for each pressure.
# In: table (columns: bench-table.jq), output, subject, clock, amount().

set encoding utf8
chosen = "awk -F'\\t' '$1 == \"latency\" && $12 != \"-\""
# The distinct values of a column, "none" first: the undisturbed case is the base line.
distinct(column) = system(sprintf("%s { print ($%d == \"none\" ? 0 : 1), $%d }' '%s' | sort -u | cut -d ' ' -f 2", \
	chosen, column, column, table))
rows(backend, pressure) = sprintf("< %s && $2 == \"%s\" && $4 == \"%s\"' '%s'", chosen, backend, pressure, table)
all = sprintf("< %s' '%s'", chosen, table)
area = system(sprintf("%s { print $3; exit }' '%s'", chosen, table))
backends = distinct(2)
pressures = distinct(4)
panels = words(backends)
if (panels == 0) exit status 3

stats all using 11 name "low" nooutput
stats all using 15 name "high" nooutput
stats all using 7 name "bytes" nooutput

# The legend stands beside the panels: inside it would hide what is high. It shows what fits
# into their height, so they grow with it.
longest = int(system(sprintf("echo '%s' | awk '{ if (length > n) n = length } END { print n }'", pressures)))
legend = longest < 14 ? 230 : 120 + 8 * longest
width = 125 + (panels == 1 ? 600 : 430 * panels) + legend
height = words(pressures) < 11 ? 560 : 260 + 30 * words(pressures)
set terminal svg size width, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout 1, panels margins 105.0 / width, 1 - (20.0 + legend) / width, 120.0 / height, 1 - 112.0 / height spacing 20.0 / width, 0

set label 1 sprintf("Latency of one allocation by size, area %s", area) at screen 0.5, 1 - 25.0 / height center font ",18"
set label 2 subject at screen 0.5, 1 - 53.0 / height center
set label 3 "line: median   dotted: p99   bands: median to p90, minimum to maximum" \
	at screen 0.5, 14.0 / height center textcolor "#555555"

set border 3 lw 1 lc "#555555"
set grid x y lt 1 lw 0.5 lc "#DDDDDD"
set logscale x 2
set logscale y 10
set xrange [bytes_min / 1.4 : bytes_max * 1.4]
set yrange [0.99 * 10 ** floor(log10(low_min)) : 1.01 * 10 ** (floor(log10(high_max)) + 1)]
set xtics nomirror rotate by 40 right scale 0.5
unit(n, small, middle, large, step) = n < step ? sprintf("%g " . small, n) : \
	n < step * step ? sprintf("%g " . middle, n / step) : sprintf("%g " . large, n / step / step)
set xtics ()
do for [exponent = 10:40:2] {
	set xtics add (unit(2.0 ** exponent / 1024, "KiB", "MiB", "GiB", 1024.0) 2.0 ** exponent)
}
set ytics nomirror scale 0.5
set ytics ()
set mytics 10
do for [exponent = 0:12] {
	set ytics add (amount(10.0 ** exponent) 10.0 ** exponent)
}

do for [b = 1:panels] {
	backend = word(backends, b)
	set title sprintf("backend %s", backend) font ",15" offset 0, -0.5
	set xlabel "size of the allocation" offset 0, 0.4
	if (b == 1) {
		set ylabel clock offset 0.5
	} else {
		unset ylabel
		set format y ""
		unset label 1
		unset label 2
		unset label 3
		set ytics ()
		do for [exponent = 0:12] { set ytics add ("" 10.0 ** exponent) }
	}
	if (b == panels) {
		set key at screen 1 - legend / (1.0 * width), screen 1 - 118.0 / height left top vertical reverse Left \
			samplen 2 spacing 1.4 noautotitle
	} else {
		unset key
	}
	plot for [p = 1:words(pressures)] rows(backend, word(pressures, p)) using 7:11:15 \
			with filledcurves fillcolor rgb faded(p, "E0"), \
		for [p = 1:words(pressures)] rows(backend, word(pressures, p)) using 7:12:13 \
			with filledcurves fillcolor rgb faded(p, "A0"), \
		for [p = 1:words(pressures)] rows(backend, word(pressures, p)) using 7:14 \
			with lines dashtype 3 lw 1.5 lc rgb faded(p, "00"), \
		for [p = 1:words(pressures)] rows(backend, word(pressures, p)) using 7:12 \
			with linespoints lw 2.5 pt shape(p) ps 0.8 lc rgb faded(p, "00") \
			title sprintf("pressure %s", word(pressures, p))
}
unset multiplot
