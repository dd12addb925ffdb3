# SPDX-License-Identifier: GPL-2.0
#
# figures.tsv to noise.tsv: for each figure its middle over the boots and its range,
# in percent of the middle: what a change that has nothing to do with CMA may do.
BEGIN { FS = OFS = "\t"; print "row", "measure", "boots", "middle", "range", "range_percent" }

NR == 1 { next }

{
	n = 0
	for (i = 3; i <= NF; i++)
		if ($i != "-") {
			for (j = n++; j > 0 && value[j] > $i + 0; j--)
				value[j + 1] = value[j]
			value[j + 1] = $i + 0
		}
	if (!n) {
		print $1, $2, 0, "-", "-", "-"
		next
	}
	middle = (value[int((n + 1) / 2)] + value[int((n + 2) / 2)]) / 2
	range = value[n] - value[1]
	printf "%s\t%s\t%d\t%.10g\t%.10g\t%s\n", $1, $2, n, middle, range, (middle > 0) ? sprintf("%.4f", 100 * range / middle) : "-"
}
