# ktap.awk    the rows of a run as KTAP
#   awk -v run=FOLDER -v version=... -v arch=... -f ktap.awk rows.list
BEGIN { FS = "|" }
{ rows[++count] = $1 }
END {
	print "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: boot-table"
	print "    1.." count
	for (i = 1; i <= count; i++) {
		file = run "/rows/" rows[i] "/differences"
		bad = 0
		while ((getline line <file) > 0) {
			print "    # " rows[i] ": " line
			bad = 1
		}
		close(file)
		failed += bad
		print "    " (bad ? "not ok " : "ok ") i " " rows[i]
	}
	print "# " version " " arch
	print (failed ? "not ok" : "ok") " 1 boot-table"
}
