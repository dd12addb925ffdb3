# many.awk    a fixture of many nodes that differ in nothing but their place
#
#   awk -v kind=no-map|scattered|sized|area -v count=65 -f many.awk
# A row of boot.table names it many-KIND-COUNT. no-map: 64 KiB each, side by side;
# scattered: the same, but apart, so that each divides RAM; sized: 64 KiB each, without a place; area: one pageblock of 2 MiB each, 4 MiB apart.
function node(number,    base) {
	base = 1342177280 + number * (kind == "area" ? 4194304 : kind == "scattered" ? 131072 : 65536)
	if (kind == "sized") {
		printf "\t\tmany-%03d {\n\t\t\tno-map;\n\t\t\tsize = <0x0 0x10000>;\n\t\t};\n", number
		return
	}
	printf "\t\tmany-%03d@%x {\n", number, base
	if (kind == "area")
		printf "\t\t\tcompatible = \"shared-dma-pool\";\n\t\t\treusable;\n"
	else
		printf "\t\t\tno-map;\n"
	printf "\t\t\treg = <0x0 0x%x 0x0 0x%x>;\n\t\t};\n", base, kind == "area" ? 2097152 : 65536
}

BEGIN {
	if (kind !~ /^(no-map|scattered|sized|area)$/ || count !~ /^[0-9]+$/) {
		print "many.awk: expected kind no-map, scattered, sized or area and a count, found '" kind "' and '" count "'" >"/dev/stderr"
		exit 2
	}
	print "// SPDX-License-Identifier: GPL-2.0\n/*\n * boot\n */\n/dts-v1/;\n/plugin/;\n\n&{/} {\n\treserved-memory {"
	print "\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n"
	for (i = 0; i < count; i++)
		node(i)
	print "\t};\n};"
}
