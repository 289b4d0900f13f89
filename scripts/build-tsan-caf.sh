#!/usr/bin/env bash
# Builds libcaf_core and libcaf_io with -fsanitize=thread into build/tsan-caf, for the tsan preset.
#
# Debian's CAF is not instrumented, so the thread sanitizer cannot see its atomics and reports races by the dozen that are
# none; a suppression would hide our own handlers with them. So the same source is compiled once more, instrumented:
# Debian's source package of the very version that is installed, with the installed build_config.hpp.
# Two to four minutes the first time; after that it returns at once, until the compiler or the package changes.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

out=build/tsan-caf
flags=(-std=c++14 -O1 -g -fPIC -fsanitize=thread -fno-omit-frame-pointer -include limits -include cstdint -w)

package=$(dpkg-query -W -f '${source:Package}' libcaf-dev 2>/dev/null) || fail "libcaf-dev is not installed: run scripts/setup.sh"
version=$(dpkg-query -W -f '${source:Version}' libcaf-dev)
upstream=${version%-*}

wanted="$package $version $(g++ -dumpfullversion) ${flags[*]}"
if [[ -f $out/stamp && $(cat "$out/stamp") == "$wanted" ]]; then
  step "CAF $upstream with the thread sanitizer is in $out"
  exit 0
fi
rm -rf "$out"
mkdir -p "$out/apt/lists/partial" "$out/apt/cache/archives/partial" "$out/source" "$out/objects"

# The system's apt sources stay as they are: a temporary list asks the same mirrors for source packages, and keeps its
# state in the build folder, so this needs no root.
step "fetching the source of $package $version"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed=""
[[ -f $keyring ]] && signed="[signed-by=$keyring] "
apt-get indextargets --format "deb-src $signed\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
  'Created-By: Packages' 'Origin: Debian' | sort -u >"$out/apt/sources.list"
[[ -s $out/apt/sources.list ]] || fail "apt knows no Debian mirror: run apt-get update first"
apt_options=(
  -o "Dir::Etc::SourceList=$PWD/$out/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$PWD/$out/apt/lists" -o "Dir::Cache=$PWD/$out/apt/cache" -o APT::Sandbox::User=
)
quietly apt-get "${apt_options[@]}" update || fail "apt could not read the list of source packages"
(cd "$out/source" && quietly apt-get "${apt_options[@]}" source --download-only --tar-only "$package=$version") ||
  fail "apt could not fetch the source of $package $version"
tar -xf "$out/source/${package}_$upstream".orig.tar.* -C "$out/source" --strip-components=1
rm -rf "$out/apt"

# One library after the other; every compile that ends prints its place in the row.
compile_library() {
  local part=$1
  shift
  local root=$out/source/libcaf_$part
  local -a sources
  mapfile -t sources < <(find "$root/src" -name '*.cpp' | sort)
  step "compiling libcaf_$part: ${#sources[@]} files"
  mkdir -p "$out/objects/$part"
  local launcher=""
  command -v ccache >/dev/null && launcher=ccache
  export launcher out part root total=${#sources[@]}
  export flag_line="${flags[*]} -I$out/source/libcaf_core -I$out/source/libcaf_io"
  printf '%s\n' "${sources[@]}" | nl -w1 -s' ' | xargs -P "$(jobs_that_fit)" -L 1 bash -c '
    name=${2#"$root/src/"}
    # shellcheck disable=SC2086
    $launcher g++ $flag_line -c "$2" -o "$out/objects/$part/${name//\//_}.o" && echo "[$1/$total] $name"' compile ||
    fail "libcaf_$part does not compile"
  # The sonames equal the system libraries', so that whatever asks for one gets the instrumented one.
  local soname
  soname=$(objdump -p "$(g++ -print-file-name="libcaf_$part.so")" | awk '/SONAME/ {print $2}')
  g++ -shared -fsanitize=thread -Wl,-soname,"$soname" -o "$out/$soname" "$out/objects/$part"/*.o "$@" -lpthread
  ln -sf "$soname" "$out/libcaf_$part.so"
}
compile_library core
compile_library io "$out/libcaf_core.so"

rm -rf "$out/objects"
echo "$wanted" >"$out/stamp"
step "CAF $upstream with the thread sanitizer is in $out"
