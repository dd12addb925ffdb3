# SPDX-License-Identifier: GPL-2.0
#
# Latency by size, a line a kernel: a panel for each backend, empty areas only.
# In: table (trend.tsv), output, unit. It ends with status 3 when there is nothing to draw.

set encoding utf8
header = system(sprintf("head -n 1 '%s' | cut -f 3- | tr '\\t' ' '", table))
releases = words(header) - 1
# Lines "backend size release latency", the release by its number.
latencies = sprintf("awk -F'\\t' '$2 == \"latency_median\" { n = split($1, part, \".\"); size = \"\"; for (i = 1; i <= n; i++) if (part[i] ~ /-pages$/) size = part[i] + 0; if (part[1] == \"latency\" && part[4] == \"none\" && size) for (i = 3; i < NF; i++) if ($i > 0) print part[2], size, i - 2, $i }' '%s'", table)
backends = system(latencies . " | cut -d ' ' -f 1 | sort -u")
panels = words(backends)
if (panels == 0) exit status 3
rows(backend, r) = sprintf("< %s | awk '$1 == \"%s\" && $3 == %d { print $2, $4 }' | sort -n", latencies, backend, r)
stats "< " . latencies using 4 name "latency" nooutput

# The legend stands beside the panels: inside it would hide what is high.
legend = 150
width = 125 + (panels == 1 ? 600 : 400 * panels) + legend
height = releases < 11 ? 520 : 220 + 30 * releases
set terminal svg size width, height dynamic noenhanced font "sans-serif,14" background "white"
set output output
set multiplot layout 1, panels margins 105.0 / width, 1 - (20.0 + legend) / width, 104.0 / height, 1 - 104.0 / height spacing 20.0 / width, 0
set label 1 "Latency of one allocation from an empty area, by kernel" at screen 0.5, 1 - 23.0 / height center font ",18"
set label 2 (unit eq "nanoseconds" ? "medians" : "instruction-counted QEMU, not the time of any hardware; medians") at screen 0.5, 1 - 52.0 / height center
set border 3 lw 1 lc "#555555"
set grid x y lt 1 lw 0.5 lc "#DDDDDD"
set logscale x 2
set logscale y 10
set yrange [0.99 * 10 ** floor(log10(latency_min)) : 1.01 * 10 ** (floor(log10(latency_max)) + 1)]
set xtics nomirror rotate by 40 right scale 0.5
set ytics nomirror scale 0.5
set mytics 10
amount(n) = n < 999.5 ? sprintf("%.3g", n) : n < 999.5e3 ? sprintf("%.3gk", n / 1e3) : n < 999.5e6 ? sprintf("%.3gM", n / 1e6) : sprintf("%.3gG", n / 1e9)
set ytics ()
do for [exponent = 0:12] { set ytics add (amount(10.0 ** exponent) 10.0 ** exponent) }
set xlabel "size of the allocation, pages" offset 0, 0.4
do for [b = 1:panels] {
	set title sprintf("backend %s", word(backends, b)) font ",15" offset 0, -0.5
	if (b == 1) {
		set ylabel unit offset 0.5
	} else {
		unset ylabel
		set ytics ()
		do for [exponent = 0:12] { set ytics add ("" 10.0 ** exponent) }
		unset label 1
		unset label 2
	}
	if (b == panels) {
		set key at screen 1 - legend / (1.0 * width), screen 1 - 110.0 / height left top vertical reverse Left \
			samplen 2 spacing 1.4 noautotitle
	} else {
		unset key
	}
	plot for [r = 1:releases] rows(word(backends, b), r) using 1:2 with linespoints lw 2.5 \
		pt shape(r) ps 0.8 lc rgb tint(r) title word(header, r)
}
unset multiplot
