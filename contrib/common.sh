# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What contrib/demo and tests/run share: packages, the copy of the sources, the builds. Sourced; $top is the clone.
#
# Nothing is written into the clone: its files are copied to the build area, and autoreconf works there.

: "${top:?}"

die() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 1
}

# The packages of the lists named that are not installed.
missing_packages() {
	for list; do
		sed -n "s/^$list //p" "$top/contrib/packages"
	done | sort -u | while read -r package; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) echo "$package" ;;
		esac
	done
}

# Installs what is missing of these lists; asks the network only then.
need() {
	missing=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || die "install as root first: apt-get install $missing"
	printf 'Installing packages: %s\n' "$missing"
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of words
	{ apt-get -q update && apt-get -q -y --no-install-recommends --no-remove install $missing; } \
		</dev/null >"$build/packages.log" 2>&1 || {
		tail -n 20 "$build/packages.log" >&2
		die "could not install: $missing"
	}
}

# Sets $build, the area of this clone's builds: $CASEMAIL_BUILD, or a folder of /var/tmp that nobody else can write to.
build_area() {
	if [ -n "${CASEMAIL_BUILD:-}" ]; then
		build=$CASEMAIL_BUILD
		mkdir -p "$build" || die "cannot make $build"
	else
		parent=/var/tmp/casemail-build-$(id -u)
		mkdir -m 700 "$parent" 2>/dev/null || [ -d "$parent" ] || die "cannot make $parent"
		if [ -L "$parent" ] || [ ! -O "$parent" ]; then die "$parent belongs to somebody else: set CASEMAIL_BUILD"; fi
		build=$parent/$(printf '%s' "$top" | cksum | cut -d ' ' -f 1)
		mkdir -p "$build"
	fi
	build=$(cd "$build" && pwd -P)
	case $build/ in
	"$top"/*) die "the build area $build lies in the clone" ;;
	esac
	exec 9>"$build/lock"
	flock -n 9 || {
		echo "Waiting for another run that builds in $build"
		flock 9
	}
}

# Copies the clone's files to $build/src: what changed, with its time, and removes there what is gone here.
copy_sources() {
	mkdir -p "$build/src"
	(
		cd "$top" || exit
		if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
			git -c safe.directory='*' ls-files -co --exclude-standard | while IFS= read -r f; do
				if [ -e "$f" ]; then printf '%s\n' "$f"; fi
			done
		else
			find . -type f | sed 's,^\./,,'
		fi | LC_ALL=C sort
	) >"$build/files.new"
	if [ -f "$build/files" ]; then
		LC_ALL=C comm -23 "$build/files" "$build/files.new" | (cd "$build/src" && while IFS= read -r f; do rm -f "$f"; done)
	fi
	tar -C "$top" -cf - --verbatim-files-from -T "$build/files.new" | tar -C "$build/src" -xf -
	mv "$build/files.new" "$build/files"
	if [ ! -x "$build/src/configure" ]; then
		(cd "$build/src" && autoreconf -fi) >"$build/autoreconf.log" 2>&1 || {
			tail -n 20 "$build/autoreconf.log" >&2
			return 1
		}
	fi
}

# build_in NAME OPTION...: configures (when not done) and makes $build/NAME; the log is $build/NAME.log.
build_in() {
	name=$1
	shift
	mkdir -p "$build/$name"
	(
		cd "$build/$name" || exit
		if [ ! -f config.status ] || [ "$(cat .options 2>/dev/null)" != "$*" ]; then
			../src/configure --with-systemdsystemunitdir="$build/$name/inst/units" \
				--with-sysusersdir="$build/$name/inst/sysusers" "$@" && printf '%s\n' "$*" >.options || exit
		fi
		make -j"$(nproc)"
	) </dev/null >"$build/$name.log" 2>&1
}
