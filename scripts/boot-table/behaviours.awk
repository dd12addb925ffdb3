# behaviours.awk    what of dts-fixtures/behaviours.table the kernel tree has
#
#   awk -v tree=TREE -f behaviours.awk behaviours.table
# Prints "name" or "!name", one a line. A behaviour is known by a text in a
# file of the tree, so that a kernel nobody has seen is judged by its code.
/^#/ || NF < 4 { next }
{
	text = $0
	sub(/^[^ ]+ +[^ ]+ +[^ ]+ +/, "", text)
	file = tree "/" $3
	found = 0
	while (!found && (getline line <file) > 0)
		found = index(line, text) > 0
	close(file)
	print (found ? "" : "!") $1
}
