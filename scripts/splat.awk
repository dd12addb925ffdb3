# SPDX-License-Identifier: GPL-2.0
#
# splat_kind(text): what splat a kernel message begins: warning, bug, oops, panic, or "" for
# none. A splat is told by how printk begins the line, so neither KUnit diagnostics nor test
# output that speaks of one is taken for it.

function splat_kind(text)
{
	if (text ~ /^WARNING: / || text ~ /^INFO: trying to register non-static key/)
		return "warning"
	# kmemleak that gives up has seen no leak, and a run that asked for it has not looked.
	if (text ~ /^kmemleak: ([0-9]+ new suspected|.* (unknown object|by alias) at |Cannot insert |Kernel memory leak detector disabled)/ ||
	    text ~ /^pagealloc: (memory corruption|single bit error)/ || text ~ /^\[ BUG: /)
		return "bug"
	if (text ~ /^((watchdog|workqueue|NMI watchdog): )?BUG: / || text ~ /^BUG [^ ]+ \(/ ||
	    text ~ /^(NMI )?watchdog: Watchdog detected hard LOCKUP/ || text ~ /^kernel BUG at / ||
	    text ~ /^UBSAN: / || text ~ /^list_(add|del) corruption/ ||
	    text ~ /^(rcu: )?INFO: [a-z_]+ (self-)?detected (expedited )?stall/ ||
	    text ~ /^INFO: task .* blocked .*for more than / || text ~ /^INFO: (possible|inconsistent|suspicious) /) {
		# x86 begins an oops with BUG, and so does KASAN, which only reports.
		if (text ~ /^BUG: (kernel NULL|unable to handle|Unable to handle|stack guard)/)
			return "oops"
		return "bug"
	}
	if (text ~ /^(Internal error: )?Oops/ || text ~ /^Internal error: / || text ~ /^Unable to handle kernel / ||
	    text ~ /^(general protection fault|divide error|invalid opcode|stack segment|double fault|traps: )/ &&
	    text ~ /\[#[0-9]+\]|general protection fault/ || text ~ /^Bad mode in |^Unhandled .* exception on CPU/)
		return "oops"
	if (text ~ /^Kernel panic - not syncing/)
		return "panic"
	return ""
}
