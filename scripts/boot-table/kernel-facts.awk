# kernel-facts.awk    what a boot showed, from its console and from boot_facts
#
#   awk -f kernel-facts.awk facts.out console.log
# Prints facts as compare.awk reads them: outcome, total, region (areas only),
# held (a node that the kernel knows), unmapped and covered (ranges of memory),
# line (the kernel's own line about a region), said (what it says of the matter).
BEGIN { FS = "\t"; outcome = "panic" }

FILENAME == ARGV[1] {
	outcome = "boot"
	if ($1 == "pageblock") print "pageblock\t" $2
	if ($1 == "meminfo" && $2 == "CmaTotal") printf "total\tcma\t%.0f\n", $3 * 1024
	if ($1 == "meminfo" && $2 == "MemTotal") printf "total\tmem\t%.0f\n", $3 * 1024
	if ($1 == "area") print "region\t" $3 "\t" $4 "\tarea\t" $2
	if ($1 == "heap" || $1 == "default") print $1 "\t" $2
	if ($1 == "node") print "node\t" $2
	if ($1 == "iomem" && $2 == 0) in_ram = $5 == "System RAM"
	if ($1 == "iomem" && $2 == 0) print ($5 == "System RAM" ? "ram" : "unmapped") "\t" $3 "\t" $4
	# What has been searched for and is out of the map is noted twice.
	if ($1 == "iomem" && $2 > 0 && in_ram && $5 ~ /^([Rr]eserved|Kernel )/) print "covered\t" $3 "\t" $4
	next
}

# The console, without the time.
{
	line = $0
	sub(/\r$/, "", line)
	sub(/^\[[ 0-9.]*\] /, "", line)
	sub(/^(OF: fdt: |OF: reserved mem: |cma: )/, "", line)
	sub(/^Reserved memory: /, "", line)
}

line ~ /^0x[0-9a-f]+\.\.0x[0-9a-f]+ \([0-9]+ KiB\) (no)?map / { print "line\t" line; said(line); next }
$0 ~ /OF: reserved mem: |Reserved memory: |cma: |OVERLAP|hugetlb_cma|CMA |linux,cma-default|WARNING: |Kernel panic|Config string|Unknown kernel command line/ {
	if ($0 !~ /Kernel command line:|No reserved-memory node|Machine model/)
		said(line)
}

function said(text) {
	print "said\t" text
}

END { print "outcome\t" outcome }
