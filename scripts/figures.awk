# SPDX-License-Identifier: GPL-2.0
#
# Lines "boot row measure value" to a table: row, measure, a column a boot. The
# boots of a run measure the same rows: one that lacks a row is not to be trusted.
BEGIN { FS = OFS = "\t" }

!($1 in boot_number) { boot_number[$1] = ++boots; boot_name[boots] = $1 }

{
	name = $2 OFS $3
	if (!(name in figures)) {
		figures[name]
		order[++count] = name
	}
	value[name, $1] = $4
}

END {
	line = "row" OFS "measure"
	for (b = 1; b <= boots; b++)
		line = line OFS boot_name[b]
	print line
	for (i = 1; i <= count; i++) {
		line = order[i]
		for (b = 1; b <= boots; b++) {
			if (!((order[i], boot_name[b]) in value)) {
				gsub(OFS, " ", order[i])
				print "expected each boot to measure each row, found no " order[i] " in " boot_name[b]
				exit 1
			}
			line = line OFS value[order[i], boot_name[b]]
		}
		print line
	}
}
