# SPDX-License-Identifier: GPL-2.0
#
# covers_kernel(ranges): whether the variable release lies in "*", 6.1, 6.1-6.11, 6.12- or
# -6.6, several with commas. 6.11 covers all of 6.11.x.

# Compares as far as the bound goes: 6.11.9 is not above 6.11, and 6.9 is below 6.12.
# An empty bound is no bound.
function compare_version(version, bound,    v, b, n, i)
{
	split(version, v, /[^0-9]+/)
	n = split(bound, b, /[.]/)
	for (i = 1; i <= n; i++)
		if (v[i] + 0 != b[i] + 0)
			return v[i] + 0 < b[i] + 0 ? -1 : 1
	return 0
}

function covers_kernel(ranges,    part, n, i, dash, low, high)
{
	if (ranges == "*")
		return 1
	n = split(ranges, part, ",")
	for (i = 1; i <= n; i++) {
		dash = index(part[i], "-")
		low = dash ? substr(part[i], 1, dash - 1) : part[i]
		high = dash ? substr(part[i], dash + 1) : part[i]
		if (compare_version(release, low) >= 0 && compare_version(release, high) <= 0)
			return 1
	}
	return 0
}
