#!/bin/sh
# Makes the base of the container image from Debian packages: the libraries that a JVM and ONNX
# Runtime link against, a UTF-8 locale, and nothing that could be run. Needs mmdebstrap.
#
# usage: base.sh FOLDER    prints the name of a tar in FOLDER, made unless it is there already
set -eu
umask 022
folder=$1
packages="libc6 libc-bin libgcc-s1 libstdc++6 zlib1g"
# Whose the two folders are that a gateway writes to.
user=10001

die() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

[ -f /etc/debian_version ] || die "the base is made of Debian packages: run this on Debian, or name another base with --base."
command -v mmdebstrap >/dev/null || die "needs mmdebstrap (apt-get install mmdebstrap), or another base with --base."
# shellcheck disable=SC1091 # The file of the system.
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
architecture=$(dpkg --print-architecture)
# Packages come from where this machine's own come from.
sources=
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  [ -s "$file" ] && sources=$file && break
done

# Another version of a package makes another base; where nothing is known of them, another week does.
# shellcheck disable=SC2086 # The packages are words.
versions=$(apt-cache show --no-all-versions $packages 2>/dev/null | grep -E '^(Package|SHA256):' || date +%G-%V)
key=$( (cat "$0"; echo "$versions $suite $architecture") | sha256sum | cut -c 1-16)
tar=$folder/base-$key.tar
if [ -f "$tar" ]; then
  echo "$tar"
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/note-packages" <<'HOOK' # Scanners read what is installed here where there is no dpkg.
mkdir -p "$1/var/lib/dpkg/status.d"
for deb in "$1"/var/cache/apt/archives/*.deb; do
  dpkg-deb -f "$deb" >"$1/var/lib/dpkg/status.d/$(dpkg-deb -f "$deb" Package)"
done
HOOK
# shellcheck disable=SC2086 # No sources, no word.
mmdebstrap --quiet --variant=extract --architectures="$architecture" --include="$(echo $packages | tr ' ' ',')" \
  --extract-hook="sh $work/note-packages \"\$1\"" "$suite" "$work/all.tar" $sources >&2 || die "mmdebstrap failed, see above."

# Only what is linked against, with its licences.
mkdir "$work/root"
cd "$work/root"
tar -xf ../all.tar --no-same-owner --exclude='./dev/*' ./lib ./lib64 ./usr/lib ./usr/share/doc ./var/lib/dpkg/status.d ./etc/ld.so.conf.d
rm -rf usr/lib/*/gconv usr/lib/*/audit
find usr/share/doc -type f ! -name copyright -delete
mkdir -p etc/qaqpa models dev proc tmp var/cache/qaqpa var/lib/qaqpa
chmod 1777 tmp
cp /etc/os-release etc/os-release
echo "hosts: files dns" >etc/nsswitch.conf
printf 'root:x:0:0:root:/:/nonexistent\nqaqpa:x:%s:%s:Qaqpa:/var/lib/qaqpa:/nonexistent\n' $user $user >etc/passwd
printf 'root:x:0:\nqaqpa:x:%s:\n' $user >etc/group
# Times and owners are nobody's, so that the same packages make the same bytes.
tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --exclude=./var/cache/qaqpa --exclude=./var/lib/qaqpa \
  -cf ../layer.tar .
tar --mtime=@1 --owner=$user --group=$user --numeric-owner -rf ../layer.tar ./var/cache/qaqpa ./var/lib/qaqpa
cd - >/dev/null

layer=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
cat >"$work/config.json" <<JSON
{"architecture":"$architecture","os":"linux","created":"1970-01-01T00:00:01Z","config":{},
"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"1970-01-01T00:00:01Z","comment":"Debian packages"}]}
JSON
echo '[{"Config":"config.json","RepoTags":["qaqpa-base:'"$key"'"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
mkdir -p "$folder"
tar -C "$work" --mtime=@1 --owner=0 --group=0 --numeric-owner -cf "$tar.$$" manifest.json config.json layer.tar
mv "$tar.$$" "$tar"
echo "$tar"
