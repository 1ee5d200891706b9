#!/usr/bin/env bash
# Installs what `npm run bench -- pipeline` compares with where it is there: vipsthumbnail, from Debian's libvips-tools.
set -euo pipefail

if command -v vipsthumbnail >/dev/null; then
  vipsthumbnail --vips-version
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo 'There is no apt-get here; install vipsthumbnail (libvips) by hand.' >&2
  exit 1
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libvips-tools
vipsthumbnail --vips-version
