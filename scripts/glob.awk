# SPDX-License-Identifier: GPL-2.0
#
# glob_regex(GLOB): the regular expression of what a glob matches whole; * and ? are
# wildcards, all else is itself. For the lists that name tests.

function glob_regex(glob,    i, c, regex)
{
	for (i = 1; i <= length(glob); i++) {
		c = substr(glob, i, 1)
		if (c == "*")
			regex = regex ".*"
		else if (c == "?")
			regex = regex "."
		else if (c ~ /[A-Za-z0-9_:@ -]/)
			regex = regex c
		else
			regex = regex (c == "^" || c == "\\" ? "\\" c : "[" c "]")
	}
	return "^" regex "$"
}
