#!/bin/sh
# scenario.sh list                 the names of the scenarios
# scenario.sh boot NAME            its boot, as a row of boots.table without name and stage
# scenario.sh arguments NAME       what cmabench is told
# scenario.sh table NAME RECORDS   published and measured side by side, as Markdown
#
# A scenario is one file, bench/scenarios/<name>.scenario, lines of "key: value":
# title, source, boot, arguments, differs, and for each row of the table
#	row: what | published | jq over the records (scripts/scenario.jq)
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

scenarios=$scripts/../bench/scenarios

list_scenarios() {
	for file in "$scenarios"/*.scenario; do basename "$file" .scenario; done
}

value_of() {
	sed -n "s/^$1: //p" "$scenarios/$name.scenario"
}

write_rows() {
	value_of row | while IFS= read -r row; do
		what=$(echo "$row" | awk -F ' [|] ' '{ print $1 }')
		published=$(echo "$row" | awk -F ' [|] ' '{ print $2 }')
		measured=$(jq -rs "$(cat "$scripts/scenario.jq") ${row#"$what | $published | "} | shown" "$records") ||
			die "the row '$what' of scenario $name cannot be made from '$records'"
		printf '| %s | %s | %s |\n' "$what" "$published" "$measured"
	done
}

write_table() {
	printf '# %s\n\n' "$(value_of title)"
	printf 'Published: %s.\n\n' "$(value_of source)"
	printf 'Measured: %s. Shape and ratio are to be compared, never the speed of hardware.\n\n' \
		"$(jq -r 'select(.type == "run") | "Linux \(.kernel), \(.machine), \(.cpus) CPU\(if .cpus > 1 then "s" else "" end) under QEMU, cmabench \($arguments)"' \
			--arg arguments "$(value_of arguments)" "$records")"
	printf '| | published | measured here |\n| --- | --- | --- |\n'
	write_rows
	printf '\nWhat differs: %s.\n' "$(value_of differs)"
}

[ "${1-}" != list ] || {
	list_scenarios
	exit
}
name=${2-}
[ -f "$scenarios/$name.scenario" ] ||
	die "SCENARIO must be one of $(list_scenarios | paste -sd ' '), found '$name'"
case $1 in
boot | arguments) value_of "$1" ;;
table)
	records=$3
	[ -s "$records" ] || die "expected records, found none in '$records'"
	write_table ;;
*) die "expected list, boot, arguments or table, found '$1'" ;;
esac
