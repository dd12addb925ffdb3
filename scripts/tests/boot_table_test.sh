#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Row, predictor and kernel agree on a canned boot of boot-table/board.dts; an error planted
# in any one of the three is found, whichever it is.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

canned=$(dirname "$0")/boot-table
tables=$scripts/../dts-fixtures
table=$scripts/boot-table
# As 6.12 behaves.
known=$(awk '!/^#/ && NF { print ($2 == "6.12" ? "" : "!") $1 }' "$tables/behaviours.table" | paste -sd ' ')

if ! make -s -C "$scripts/predict" OUTPUT="$work/predict" >"$work/predict.log" 2>&1; then
	expect "the predictor builds" "" "$(grep -m 3 error "$work/predict.log")"
	finish
fi

# facts ROWS TREE FACTS-OUT CONSOLE: what each of the three says, to $work/row and so on
state_facts() {
	awk -v arch=arm64 -v behaviours="$known" -v only=board -f "$table/rows.awk" "$1" >"$work/row"
	set -- "$2" "$3" "$4" --page-size 4k
	for behaviour in $known; do set -- "$@" --behaviour "$behaviour"; done
	tree=$1 out=$2 console=$3
	shift 3
	"$work/predict/facts" "$@" "$tree" >"$work/predictor"
	"$work/predict/lint" "$@" --names "$tree" >>"$work/predictor"
	awk -f "$table/kernel-facts.awk" "$out" "$console" >"$work/kernel"
	awk -f "$table/kernel-facts.awk" "$canned/control.out" /dev/null >"$work/control"
}

compare() {
	awk -f "$table/compare.awk" "$work/row" "$work/predictor" "$work/kernel" "$work/control"
}

state_facts "$canned/rows.table" "$canned/board.dts" "$canned/facts.out" "$canned/console.log"
for who in row predictor kernel; do cp "$work/$who" "$work/sound.$who"; done
expect "the three agree on a sound boot" "" "$(compare)"

# plant WHO SED-SCRIPT: change what WHO says; the beginning of each difference
plant() {
	for sound in row predictor kernel; do cp "$work/sound.$sound" "$work/$sound"; done
	sed "$2" "$work/sound.$1" >"$work/$1"
	! cmp -s "$work/sound.$1" "$work/$1" || echo "the error '$2' changes nothing in $1"
	compare | sed 's/:.*//' | sort -u | paste -sd ,
}

# Errors that row and predictor state alike, and the kernel in its own way.
tab=$(printf '\t')
while IFS='|' read -r what script wanted; do
	for who in row predictor; do
		expect "$what wrong in the $who" "$wanted" "$(plant "$who" "$script")"
	done
done <<EOT
an area's base|/pool@/s/0x50000000/0x50400000/|area pool@50000000
an area's size|/pool@/s/0x800000/0x400000/|area pool@50000000
an area's name|/^region.*pool@/s/pool@50000000\$/pond@50000000/|area pond@50000000,area pool@50000000
an area missing|/^region.*${tab}sized\$/d|area sized
a guessed place|s/~0x5e000000/~0x5c000000/|area reserved
a carve-out's size|/carveout@/s/0x400000/0x200000/|no-map carveout@54000000
a carve-out mapped|/carveout@/s/no-map/mapped/|mapped carveout@54000000,no-map carveout@54000000
a mapped region missing|/^region.*mapped@/d|mapped mapped@55000000
the global area|/${tab}reserved\$/s/default/area/;/pool@/s/area/default/|global area
a heap too many|\$a heap${tab}pond|heap pond
CmaTotal|/${tab}cma${tab}/s/41943040/25165824/|CmaTotal
System RAM|/${tab}ram${tab}/s/-4194304/0/|System RAM against control
MemTotal|/${tab}mem${tab}/s/-5242880/-4194304/|MemTotal against control
the outcome|s/^outcome${tab}boot/outcome${tab}panic/|outcome
EOT

# What only the row, only the predictor or only the kernel can get wrong.
while IFS='|' read -r who what script wanted; do
	expect "$what wrong in the $who" "$wanted" "$(plant "$who" "$script")"
done <<EOT
row|a line that nobody says|s/incorrect alignment/perfect alignment/|log 'perfect alignment of CMA region'
predictor|a line that the kernel does not say|s/^log.*incorrect alignment.*/log${tab}perfect alignment/|log 'incorrect alignment of CMA region',log 'perfect alignment'
predictor|a refusal|/^refused/d|node crooked@56100000
predictor|a refused neighbour|\$a refused${tab}sized|node sized
predictor|the pageblock|s/^pageblock.*/pageblock${tab}10/|pageblock order
kernel|an area's base|/^region.*pool@/s/0x50000000/0x50400000/|area pool@50000000
kernel|an area's size|/^region.*pool@/s/0x800000/0x400000/|area pool@50000000
kernel|an area too many|\$a region${tab}0x58000000${tab}0x400000${tab}area${tab}weed|area weed
kernel|an area missing|/^region.*pool@/d|area pool@50000000
kernel|the area with no exact place, far off|/^region.*reserved\$/s/0x5d600000/0x52000000/|area reserved
kernel|a carve-out that is mapped|s/^unmapped/covered/|no-map carveout@54000000
kernel|a reserved region that is free|/^covered${tab}0x55000000/d|mapped mapped@55000000,node mapped@55000000
kernel|the global area|s/^default.*/default${tab}sized/|global area
kernel|a heap|/^heap${tab}reserved/d|heap reserved
kernel|CmaTotal|/^total${tab}cma/s/41943040/25165824/|CmaTotal
kernel|MemTotal|/^total${tab}mem/s/[0-9]*\$/519110656/|MemTotal against control
kernel|a complaint that nobody expects|\$a said${tab}failed to reserve memory for node 'sized'|log 'failed to reserve memory for node 'sized'',node sized
kernel|a line that it must not say|\$a said${tab}Not enough slots for CMA reserved regions!|log 'Not enough slots for CMA reserved regions!',log 'Not enough slots'
kernel|a node that it does not have|/mapped@/{/^line/d;/^said/d}|log '0x0000000055000000..0x00000000550fffff (1024 KiB) map non-reusable mapped@55000000',node mapped@55000000
kernel|the outcome|s/^outcome${tab}boot/outcome${tab}panic/|outcome
EOT

# What the series between those of the matrix do: of reg with several entries, of a
# default node beside cma=.
while read -r release wanted; do
	expect "behaviours of $release" "$wanted" \
		"$(awk -v release="$release" -f "$scripts/kernel-range.awk" -f "$table/behaviours.awk" "$tables/behaviours.table" |
			grep -x -e entries-told -e lone-reg-only -e first-reg-only -e skips-default -e checked-first |
			sort | paste -sd ' ')"
done <<EOT
6.18.15 entries-told
6.19.14 lone-reg-only skips-default
7.0 lone-reg-only skips-default
7.1.13 checked-first lone-reg-only
7.2.13 checked-first first-reg-only
EOT

: >"$work/none"
echo 'no-map|default|512M 1|no-map|' >"$work/rows"
expect "a run of which no row passed is told as one" "Differ: no-map,0 of 1 rows agree" \
	"$(awk -v arch=arm64 -f "$table/report.awk" "$work/none" "$work/rows" "$tables/seeds.table" "$tables/boot.table" |
		grep -e '^Differ' -e agree | paste -sd ,)"
expect "a row that cannot be read is named" "boot.table:1: expected 11 fields between bars, found 2" \
	"$(echo 'one | two' | awk -v check=1 -v behaviours="$known" -f "$table/rows.awk")"
expect "every row of boot.table can be read" "" \
	"$(awk -v check=1 -v behaviours="$known" -f "$table/rows.awk" "$tables/boot.table" | grep '^boot.table:')"
finish
