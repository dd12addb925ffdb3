# SPDX-License-Identifier: GPL-2.0
#
# The lines of bench.jsonl as values: what all of their readers share.

# A guest that dies leaves half a line behind.
def bench_records: [inputs | (fromjson? | objects) // {type: "malformed"}];

def run_record: map(select(.type == "run")) | .[0];

# "-": no figure.
def text: if . == null then "-" else tostring end;

# One pressure may be asked for at several occupancies: each is a case of its own.
def pressure_name: if (.target_occupancy_percent // 0) > 0
	then "\(.pressure)-\(.target_occupancy_percent)%" else .pressure end;
# An unnamed area is called "cma0\n", newline included.
def area_name: .area // "none" | gsub("\\s+$"; "");
def configuration: [.bench, .backend, area_name, .pressure, .target_occupancy_percent, .align_order, .size_pages];
