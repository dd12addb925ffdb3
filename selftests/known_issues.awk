# SPDX-License-Identifier: GPL-2.0
#
# Failures in kselftest's output against known_issues.tsv, see known_issues.sh. The columns
# are test (* and ? are wildcards), kernels, arch, evidence.

# The number of the row that names the test, 0 if none does.
function find_row(test,    i)
{
	for (i = 1; i <= rows; i++)
		if (test ~ regex[i])
			return i
	return 0
}

FILENAME != "-" {
	split($0, column, "\t")
	if (covers_kernel(column[2]) && (column[3] == "*" || column[3] == arch)) {
		regex[++rows] = glob_regex(column[1])
		evidence[rows] = column[4]
	}
	next
}

/^# selftests: cma: / {
	program = $4
	cases = unknown = 0
}

# Programs print a number, then suite.case.
/^# not ok [0-9]+ / {
	print
	cases++
	row = find_row(program "." $5)
	if (row)
		print "#   known issue: " evidence[row]
	else
		unknown++
	next
}

# A program that a signal or its time limit ended has another status than 1.
/^not ok [0-9]+ selftests: cma: / {
	if (cases && !unknown && $0 ~ /# exit=1$/) {
		sub(/^not /, "")
		sub(/#.*/, "# XFAIL known issues alone")
		known++
	} else {
		failed++
	}
	print
	next
}

/^ok [0-9]+ selftests: cma: / {
	passed++
}

{
	print
}

END {
	printf "# programs: %d passed, %d with known issues alone, %d failed\n", passed, known, failed
	exit failed > 0 || passed + known == 0
}
