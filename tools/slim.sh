#!/usr/bin/env bash
# Takes out of node_modules what a service never reads: types, source maps, and Prisma's query compilers for databases
# that Greenroom does not use. For production installs (npm ci --omit=dev); the types are needed to build.
set -euo pipefail
cd "${1:-.}/node_modules"

find . -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete
find @prisma/client/runtime -name 'query_compiler_*' \
  ! -name 'query_compiler_fast_bg.sqlite.*' ! -name 'query_compiler_fast_bg.postgresql.*' -delete
