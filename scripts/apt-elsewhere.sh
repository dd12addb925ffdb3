# shellcheck shell=sh
# APT through the machine's own mirror, but with lists, cache and architecture
# of our own: the machine's configuration stays as it is. Read after stage.sh.
#
#   apt_open FOLDER ARCH SUITE...    an empty FOLDER, becomes APT's; status 1
#                                    with a line on stderr when it cannot be
#   apt_elsewhere COMMAND ...        apt-get or apt-cache, there

apt_elsewhere() {
	command=$1
	shift
	"$command" -q -o APT::Architecture="$apt_arch" -o APT::Architectures="$apt_arch" \
		-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache" \
		-o Acquire::Languages=none -o APT::Sandbox::User= "$@"
}

debian_codename() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

apt_mirror() {
	# shellcheck disable=SC2016 # the fields are APT's
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
		awk -v codename="$(debian_codename)" '$1 == codename && $2 == "main" { print $3; exit }'
}

apt_open() {
	apt=$1
	apt_arch=$2
	shift 2
	command -v apt-get >/dev/null || { note "this machine has no apt-get"; return 1; }
	mirror=$(apt_mirror)
	[ -n "$mirror" ] || { note "APT has no mirror for '$(debian_codename)'"; return 1; }
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	for suite in "$@"; do
		echo "deb [arch=$apt_arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
	done >"$apt/sources.list"
	apt_elsewhere apt-get update >"$apt/log" 2>&1 || { note "$(tail -n 1 "$apt/log")"; return 1; }
}
