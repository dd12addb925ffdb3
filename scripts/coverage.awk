# coverage.awk    what gcov says of several boots, added up
#
#   cat <boot>/lines/*.c.gcov ... | awk -v uncovered=FILE -f coverage.awk
#
# A line counts as executed when it was in any boot. Prints a line a source, and
# to FILE each line that never was, as "source:line: text".
function trim_tree(path) {
	sub(/^.*\/tree\/[^\/]*\//, "", path)
	return path
}

/^ *-: *0:Source:/ {
	source = trim_tree(substr($0, index($0, "Source:") + 7))
	next
}

# "   count*:  line:text", "-" where there is no code.
match($0, /^ *([0-9]+\*?|#####|=====): *[0-9]+:/) {
	split(substr($0, 1, RLENGTH), field, ":")
	place = source ":" field[2] + 0
	if (!(place in text)) {
		order[++places] = place
		owner[place] = source
		text[place] = substr($0, RLENGTH + 1)
		lines[source]++
	}
	if (field[1] !~ /[#=]/ && !(place in executed)) {
		executed[place]
		covered[source]++
	}
}

END {
	printf "" >uncovered
	for (i = 1; i <= places; i++)
		if (!(order[i] in executed))
			print order[i] ":" text[order[i]] >uncovered
	close(uncovered)
	for (source in lines)
		printf "%-44s %6d %9d %7.1f%%\n", source, lines[source], covered[source],
		       100 * covered[source] / lines[source] | "sort"
	close("sort")
}
