#!/bin/sh
# kernel.sh TREE BUILD ARCH PROFILE    build the guest kernel of TREE in BUILD
#
# Configures allnoconfig plus the fragments base, ARCH, profile-PROFILE and
# those since-<version> that TREE has reached; an option that a fragment asks
# for and Kconfig drops is an error. FRAGMENT names one more fragment, whose
# options replace those of the others. A profile with the line "# without base"
# is a small kernel that does without base's options. Leaves BUILD/guest-kernel (the bootable image),
# BUILD/modules/ (empty where .config has none), BUILD/kernel.hash (a name for all
# that went into it) and BUILD/.config. When
# the hash stands, nothing is built. CACHE names a folder that keeps images by
# hash (default ~/.cache/cma-tests, used where it exists).
scripts=$(dirname "$0")
. "$scripts/stage.sh"

tree=$1
build=$2
arch=$3
profile=$4
load_arch "$arch"
. "$scripts/kbuild.sh"
config=$scripts/config
[ -f "$config/profile-$profile.config" ] ||
	die "PROFILE must be one of $(cd "$config" && echo profile-*.config | sed 's/profile-//g; s/\.config//g'), found '$profile'"

mkdir -p "$build"
cache=${CACHE:-$HOME/.cache/cma-tests}

# "6.9 6.12" -> status 0 when the first is not later than the second.
not_later() {
	printf '%s\n%s\n' "$1" "$2" | sort -V -C
}

# A profile that says "# extends <profile>" comes after that one.
collect_profile() {
	extended=$(sed -n 's/^# extends //p' "$config/profile-$1.config")
	[ -z "$extended" ] || collect_profile "$extended"
	cat "$config/profile-$1.config"
}

list_fragments() {
	collect_profile "$profile" | grep -q '^# without base$' || cat "$config/base.config"
	cat "$config/$arch.config"
	collect_profile "$profile"
	version=$("$scripts/kernel-version.sh" "$tree")
	for fragment in "$config"/since-*.config; do
		[ -f "$fragment" ] || continue
		since=$(basename "$fragment" .config)
		! not_later "${since#since-}" "$version" || cat "$fragment"
	done
	[ -z "${FRAGMENT-}" ] || cat "$FRAGMENT"
}

# All fragments; of an option that is there twice, the last.
collect_fragments() {
	list_fragments | awk '
		{ option = "" }
		/^CONFIG_/ { option = substr($0, 1, index($0, "=") - 1) }
		/^# CONFIG_.* is not set$/ { option = $2 }
		{ lines[NR] = $0 }
		option != "" { if (option in at) lines[at[option]] = ""; at[option] = NR }
		END { for (i = 1; i <= NR; i++) if (lines[i] != "") print lines[i] }
	'
}

configure() {
	collect_fragments >"$build/requested.config"
	kbuild "$tree" "$build" KCONFIG_CONFIG="$build/candidate.config" KCONFIG_ALLCONFIG="$build/requested.config" \
		allnoconfig >"$build/configure.log" 2>&1 ||
		die "cannot configure the kernel: $(tail -n 1 "$build/configure.log")"
	awk -v requested="$build/requested.config" '
		FILENAME == requested && /^CONFIG_/ { wanted[$0] }
		FILENAME == requested && /^# CONFIG_.* is not set$/ { unwanted[$2] }
		FILENAME != requested { delete wanted[$0] }
		FILENAME != requested && /^CONFIG_/ && (substr($0, 1, index($0, "=") - 1) in unwanted) { print "unset " $0 }
		END { for (line in wanted) print line }
	' "$build/requested.config" "$build/candidate.config" | sort >"$build/dropped"
	[ ! -s "$build/dropped" ] ||
		die "Kconfig dropped what scripts/config/ asks for: $(paste -sd ' ' "$build/dropped"); mend the fragment for this kernel"
	cmp -s "$build/candidate.config" "$build/.config" || cp "$build/candidate.config" "$build/.config"
	rm -f "$build/candidate.config" "$build/candidate.config.old" "$build/dropped"
}

# Make's lines to a count: on a terminal one line that moves, else every 500.
show_progress() {
	awk -v terminal="$([ -t 2 ] && echo 1 || echo 0)" '
		/^  (CC|AS|LD|AR|HOSTCC|OBJCOPY) / {
			built++
			if (terminal) printf "\r    %5d built, %-50.50s", built, $NF >"/dev/stderr"
			else if (built % 500 == 0) printf "    %5d built, now %s\n", built, $NF >"/dev/stderr"
		}
		END { if (terminal && built) printf "\r%70s\r", "" >"/dev/stderr" }
	'
}

compile() {
	targets=$kernel_target
	! grep -q '=m$' "$build/.config" || targets="$targets modules"
	# A pipe would hide the status of make: keep it in a file.
	{
		# shellcheck disable=SC2086 # one word a target
		kbuild "$tree" "$build" -j"$(nproc)" $targets 2>&1 && : >"$build/built"
	} | tee "$build/build.log" | show_progress
	[ -e "$build/built" ] || die "the kernel does not build: $(grep -m 1 -E 'error:|\*\*\*' "$build/build.log"); see $build/build.log"
	collect_modules
	cp "$build/$kernel_image" "$build/guest-kernel.new"
	mv "$build/guest-kernel.new" "$build/guest-kernel"
}

# Without what a debugger wants, which is most of a module.
collect_modules() {
	mkdir "$build/modules"
	[ "$targets" != "$kernel_target" ] || return 0
	# Lines end in .ko, later in .o.
	while read -r object; do
		module=${object%.*}.ko
		"${compile_prefix}objcopy" --strip-debug "$build/$module" "$build/modules/$(basename "$module")"
	done <"$build/modules.order"
}

name_inputs() {
	cat "$tree.hash"
	# The kernel's location is in no image (-fmacro-prefix-map), so not here.
	grep -v '^#' "$build/.config"
	"${compile_prefix}gcc" --version | head -n 1
}

tree=$(readlink -f "$tree")
build=$(readlink -f "$build")
# Nothing of what configures has changed: the configuration stands too.
inputs=$({ cat "$tree.hash"; collect_fragments; "${compile_prefix}gcc" --version; cat "$scripts/kernel.sh" "$scripts/kbuild.sh"; } | hash_of_input)
if [ "$(cat "$build/inputs.hash" 2>/dev/null)" = "$inputs" ] && [ -e "$build/guest-kernel" ]; then
	note "kernel is up to date"
	exit 0
fi
require_space "$build" 1024 "a kernel build"
rm -f "$build/inputs.hash" "$build/built"
rm -rf "$build/modules"
configure
hash=$(name_inputs | hash_of_input)
if [ -e "$cache/$hash/guest-kernel" ] && [ -d "$cache/$hash/modules" ]; then
	note "kernel $hash comes from $cache"
	cp "$cache/$hash/guest-kernel" "$build/guest-kernel"
	cp -r "$cache/$hash/modules" "$build/modules"
	# Another build's symbols would be wrong ones.
	cp "$cache/$hash/System.map" "$build/System.map" 2>/dev/null || rm -f "$build/System.map"
else
	compile
	if [ -d "$cache" ]; then
		rm -rf "$cache/$hash.new"
		mkdir "$cache/$hash.new"
		cp -r "$build/guest-kernel" "$build/modules" "$build/System.map" "$build/.config" "$cache/$hash.new"
		mv -T "$cache/$hash.new" "$cache/$hash" 2>/dev/null || rm -rf "$cache/$hash.new"
	fi
fi
echo "$hash" >"$build/kernel.hash"
echo "$inputs" >"$build/inputs.hash"
