# behaviours.awk    what of dts-fixtures/behaviours.table a kernel has
#
#   awk -v tree=TREE -f kernel-range.awk -f behaviours.awk behaviours.table
#   awk -v release=6.12 -f kernel-range.awk -f behaviours.awk behaviours.table
# Prints "name" or "!name", one a line. A behaviour is known by a text in a
# file of the tree, so that a kernel nobody has seen is judged by its code;
# a release without a tree, by what the kernels that were seen have.
function in_tree(file, text,    line, found) {
	while (!found && (getline line <file) > 0)
		found = index(line, text) > 0
	close(file)
	return found
}

# Is the release one of "6.12", and what comes after, of "<6.12", or of "6.19-7.0"?
function in_release(since) {
	if (since ~ /^</)
		return compare_version(release, substr(since, 2)) < 0
	if (since ~ /-/)
		return covers_kernel(since)
	return compare_version(release, since) >= 0
}

/^#/ || NF < 4 { next }
{
	text = $0
	sub(/^[^ ]+ +[^ ]+ +[^ ]+ +/, "", text)
	print ((tree == "" ? in_release($2) : in_tree(tree "/" $3, text)) ? "" : "!") $1
}
