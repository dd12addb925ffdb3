# SPDX-License-Identifier: GPL-2.0
#
# What the views of comparison.json share: figures for people.

def digits($places): . as $n | pow(10; $places) as $scale | ($n * $scale | round) / $scale;
def signed: if . > 0 then "+\(.)" else tostring end;
def plain: if . == null then "-" elif . == "inf" then "inf"
	elif . >= 1e7 then "\(. / 1e6 | digits(1))M" elif . >= 1e4 then "\(. / 1e3 | digits(1))k" else digits(1) | tostring end;
def change_text($unit): if . == null then "-" elif . == "inf" then "from 0" else digits(2) | signed end
	+ (if . != null and . != "inf" and $unit == "percent" then " %" else "" end);
def interval_text: if .low == null or .low == "inf" or .high == "inf" then "-"
	else "\(.low | digits(2) | signed) to \(.high | digits(2) | signed)" end;
def noise_text: [.base_noise, .new_noise] | map(numbers | fabs | digits(2)) | if . == [] then "-" else map(tostring) | join(", ") end;
def cells: [.verdict, .row, .measure, (.base | plain), (.new | plain), (.unit as $unit | .change | change_text($unit)), interval_text, noise_text,
	(.explanation // .reason)];
def headings: ["verdict", "row", "measure", "base", "new", "change", "interval", "noise", "because"];

def side_text: "\(.release // "?"), \(.target // "?"), source \(.source // "?") (\(.folder))";
def mode_text: if .mode == "count"
	then "count mode, \(.boots[0]) boots a side; worse is clear of the noise of layouts and at least \(.minimum_percent) %"
	else "wall mode, \(.boots[0]) and \(.boots[1]) boots; rank test, Holm's correction, alpha 0.05, at least \(.minimum_percent) %" end;
def cannot_see_text: "cannot see: \(.cannot_see | join(", "))";
def counts_text: .counts | "\(.same) same, \(.better) better, \(.worse) worse, \(.incomparable) incomparable";
# What somebody has to look at, the worst first.
def remarkable: [.figures[] | select(.role == "gates" and .verdict != "same")]
	| sort_by([{worse: 0, incomparable: 1, better: 2}[.verdict], -((.change | numbers | fabs) // 0)]);
