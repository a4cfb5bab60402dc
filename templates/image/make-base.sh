#!/bin/sh
# Makes the root file system of a base image from the distribution's packages, as root.
#   make-base.sh SUITE COMPONENTS [MIRROR [FILE]]
# Writes it as a tar archive to FILE or to stdout; messages go to stderr. MIRROR: as on the host; by default debootstrap's own.
# COWORK_SOURCES has more lines for the image's sources.list.
set -eu
suite=$1
components=$2
mirror=${3-}
file=${4-}
PATH=$PATH:/usr/sbin:/sbin

if [ "$(id -u)" != 0 ]; then
  echo "cowork: this script must be run as root" >&2
  exit 1
fi
if ! command -v debootstrap >/dev/null; then
  echo "cowork: debootstrap is not installed: apt-get install debootstrap" >&2
  exit 1
fi
folder=$(mktemp -d /var/tmp/cowork-base.XXXXXX)
clean() {
  # An interrupted debootstrap leaves these mounted.
  for mount in proc sys dev; do
    umount "$folder/$mount" 2>/dev/null || true
  done
  rm -rf --one-file-system "$folder"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

debootstrap --variant=minbase --include=ca-certificates --components="$components" "$suite" "$folder" $mirror >&2
if [ -n "${COWORK_SOURCES-}" ]; then
  printf '%s\n' "$COWORK_SOURCES" >>"$folder/etc/apt/sources.list"
fi
# Packages with a service must not start it while an image is built.
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod 755 "$folder/usr/sbin/policy-rc.d"
rm -rf "$folder"/var/lib/apt/lists/* "$folder"/var/cache/apt/*.bin "$folder"/var/cache/apt/archives/*.deb "$folder"/var/log/*
# The host's names do not belong in an image.
rm -f "$folder/etc/hostname" "$folder/etc/resolv.conf"
echo "I: Packing" >&2
if [ -n "$file" ]; then
  tar --numeric-owner --one-file-system -C "$folder" -cf - . >"$file"
else
  tar --numeric-owner --one-file-system -C "$folder" -cf - .
fi
