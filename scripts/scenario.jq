# SPDX-License-Identifier: GPL-2.0
#
# What a scenario's rows are made of. Input: all records of bench.jsonl as one array.

def named($pressure): . as $record | $pressure == $record.pressure
	or $pressure == "\($record.pressure)-\($record.target_occupancy_percent)%";

# The summary of one row, or of none: null goes through everything below.
def summary($backend; $pressure; $pages):
	first(.[] | select(.type == "summary" and .backend == $backend and .size_pages == $pages and named($pressure))) // null;
def parallel($backend; $threads; $areas; $pages):
	first(.[] | select(.type == "parallel" and .backend == $backend and .threads == $threads and .areas == $areas and .size_pages == $pages)) // null;

def rounded: if . == null then "-" elif . >= 100 then round elif . >= 10 then (. * 10 | round) / 10 else (. * 100 | round) / 100 end;
def ms: if . == null then null else . / 1000000 | rounded end;
def us: if . == null then null else . / 1000 | rounded end;
def retries_ms: if .min_ns == null then null else "\(.retries // "?"), \(.p50_ns | ms)" end;
def min_mean_max_ms: if .min_ns == null then null else "\(.min_ns | ms), \(.average_ns | ms), \(.max_ns | ms)" end;
def min_mean_max_us: if .min_ns == null then null else "\(.min_ns | us), \(.average_ns | us), \(.max_ns | us)" end;

# Of two records: the first's figure in units of the second's.
def ratio(figure): [.[] | if . == null then null else figure end]
	| if .[0] == null or .[1] == null or .[1] == 0 then null else .[0] / .[1] | rounded end;
def shown: if . == null then "no valid sample" else tostring end;
