#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The report in a real browser: nothing on the console, nothing that overflows the page.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

run=$work/run
mkdir -p "$run/boots/bench"
cp "$logs/bench/troubled.jsonl" "$run/bench.jsonl"
long=$(printf '%0200d' 0)
jq -n --arg long "$long" '{target: "6.12-arm64-bench", arch: "arm64", profile: "bench", accelerator: "tcg", date: "2026",
	kernel: {release: "6.12", source: $long, source_hash: "h", config_hash: "c"}, compiler: $long, project: "p", host: $long,
	boots: [{name: "bench", stages: ["bench"], clock: "instructions", command_line: $long}]}' >"$run/env.json"
printf '[    0.000000] Linux version 6.12\n%s\n' "$long" >"$run/boots/bench/console.log"
printf '{"event":"start"}\n{"event":"begin","stage":"bench"}\n{"event":"exit","stage":"bench","status":0,"signal":0,"timed_out":0}\n{"event":"end"}\n' \
	>"$run/boots/bench/story.jsonl"
printf '{"exit_status":0,"timed_out":false}\n' >"$run/boots/bench/qemu.json"
jq -n '{schema: 1, mode: "count", boots: ["boot", "again"], unit: "instructions", cannot_see: ["the time of any hardware"],
	repeated: {identical: true, records: 17, bytes: 4000}}' >"$run/measurement.json"
printf 'row\tmeasure\tboots\tmiddle\trange\trange_percent\n%s\tlatency_median\t2\t1000\t1\t0.1\n' "$long" >"$run/noise.tsv"
"$scripts/plot.sh" "$run" >/dev/null 2>&1
"$scripts/verdict.sh" "$run" >/dev/null || :
"$scripts/report.sh" "$run"

expect "failures by cause, noise and measurement are there" "1 1 1" "$(for text in 'by cause</h2>' 'Noise: range' 'Measurement</h2>'; do
	grep -c "$text" "$run/report.html"; done | paste -sd ' ')"
if ! command -v chromium >/dev/null; then
	skip "in a browser" "needs chromium (Debian package chromium)"
	finish
	exit
fi

# What sticks out of the page, unless something around it scrolls; as the text of an element.
cat >"$work/look.html" <<'END'
<script>
document.querySelectorAll("details").forEach(d => d.open = true);
const scrolls = e => e && (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const wide = [...document.querySelectorAll("body *")].filter(e =>
	e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement));
const broken = [...document.images].filter(i => !i.naturalWidth);
const page = document.documentElement.scrollWidth > innerWidth ? 1 : 0;
document.body.insertAdjacentHTML("beforeend", "<p id=looked>wide " + (wide.length + page) + " broken " + broken.length +
	" images " + document.images.length + " first " + (wide[0] ? wide[0].tagName : "-") + "</p>");
</script>
END

# browse WIDTH: what the look found, and the lines of the console.
browse() {
	cat "$run/report.html" "$work/look.html" >"$work/page.html"
	browse_page "$1"
}

browse_page() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --user-data-dir="$work/profile" \
		--enable-logging=stderr --window-size="$1,900" --dump-dom "file://$work/page.html" \
		>"$work/dom" 2>"$work/console" || :
	sed -n 's/.*<p id="looked">\([^<]*\)<.*/\1/p' "$work/dom"
	grep -c 'CONSOLE' "$work/console" || :
}

images=$(find "$run/plots" -name '*.svg' | wc -l)
for width in 1280 600 390; do
	expect "$width pixels wide: nothing overflows, no console message" "wide 0 broken 0 images $images first - 0" \
		"$(browse "$width" | paste -sd ' ')"
done

# Pictures of many sizes, pressures and curves: all of their texts are within them.
jq -cn -f "$logs/bench/many-curves.jq" >"$run/bench.jsonl"
"$scripts/plot.sh" "$run"
# look_inside PICTURE...: how many texts, how many of them outside of their picture, and the first of those.
look_inside() {
	{
		echo '<!DOCTYPE html><meta charset="utf-8">'
		for picture; do sed '/^<?xml/d' "$picture"; done
		cat <<'END'
<script>
let texts = 0;
const outside = [];
for (const picture of document.querySelectorAll("svg")) {
	const size = picture.viewBox.baseVal;
	picture.style.width = size.width + "px";
	picture.style.height = size.height + "px";
	const frame = picture.getBoundingClientRect();
	for (const text of picture.querySelectorAll("text")) {
		const box = text.getBoundingClientRect();
		texts++;
		if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
			outside.push(text.textContent.trim());
	}
}
document.body.insertAdjacentHTML("beforeend", "<p id=looked>texts " + texts + " outside " + outside.length + " " + (outside[0] || "-") + "</p>");
</script>
END
	} >"$work/page.html"
	browse_page 1280 | head -n 1
}
case $(look_inside "$run"/plots/*.svg) in
"texts "[1-9][0-9][0-9]" outside 0 -") expect "many lines: all texts are within their pictures" within within ;;
*) expect "many lines: all texts are within their pictures" "texts, outside 0 -" "$(look_inside "$run"/plots/*.svg)" ;;
esac
sed 's/ pages</ pages of the area, which no picture has room for, however wide it may be</' "$run/plots/latency-cdf.svg" >"$work/wide.svg"
expect "a text that is outside is seen" yes "$(look_inside "$work/wide.svg" | grep -q 'outside [1-9]' && echo yes)"

# The look must be able to see: a page that is too wide, and says so on the console.
printf '<p style="width: 3000px">wide</p><script>console.error("seen")</script>' >>"$run/report.html"
case $(browse 1280 | paste -sd ' ') in
"wide 0 "* | *" 0") expect "a page that overflows is seen" seen missed ;;
*) expect "a page that overflows is seen" seen seen ;;
esac

finish
