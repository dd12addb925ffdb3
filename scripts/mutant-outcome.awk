# mutant-outcome.awk    what became of a mutant, from the verdicts of its boot
#
#   awk -F '\t' -v splat=REGEX -v expected=CASE -f mutant-outcome.awk RED verdicts.tsv
# RED are the lines of the same boot without the mutant that are red: they find nothing.
# Prints "<outcome>\t<what>". Killed is one that a named case failed for, the expected
# one before others, or whose header names the splat. A case that did not come to its
# end has found nothing, nor has a suite, nor a log without results: that is a crash.
FILENAME == ARGV[1] {
	red[$1, $2]
	next
}
($1, $2) in red { next }
$1 != "boot" && $3 == "fail" && $2 ~ /[.]/ {
	if (!killer || $2 == expected)
		killer = $2
}
$1 != "boot" && $3 == "error" && unfinished == "" { unfinished = $2 " did not end" }
$1 == "boot" && $3 == "fail" { boot = $4 }

END {
	if (killer)
		print "killed\t" killer
	else if (boot != "" && splat != "" && boot ~ splat)
		print "killed\tsplat: " splat
	else if (boot ~ /^hang/)
		print "hung\t" boot
	else if (boot != "" || unfinished != "")
		print "crashed\t" (boot != "" ? boot : unfinished)
	else
		print "survived\t-"
}
