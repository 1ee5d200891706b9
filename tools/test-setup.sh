#!/usr/bin/env bash
# Installs the programs that the tests use when they are there: PostgreSQL, Redis, Chromium.
set -euo pipefail

packages=()
ls /usr/lib/postgresql/*/bin/initdb /usr/local/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
command -v redis-server >/dev/null || packages+=(redis-server)
command -v chromium chromium-browser google-chrome >/dev/null || packages+=(chromium fonts-dejavu-core)

if [ ${#packages[@]} -eq 0 ]; then
  echo 'Everything the tests use is installed.'
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "There is no apt-get here; install by hand: ${packages[*]}" >&2
  exit 1
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
# RUNLEVEL=1: the tests start servers of their own, those of the packages stay off
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
  apt-get install -y -qq --no-install-recommends "${packages[@]}"
