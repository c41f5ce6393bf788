#!/bin/sh
# Compiles the native kernel for this machine's system and processor into <folder>/<platform>/kernel.
# Does nothing where there is no C compiler: the kernels in Java serve then.
set -e
here=$(dirname "$0")
folder=$1
cc=$(command -v "${CC:-cc}" || command -v gcc || command -v clang || true)
if [ -z "$cc" ]; then
  echo "no C compiler: Pandion is built without its native kernel"
  exit 0
fi
processor=$(uname -m)
[ "$processor" = arm64 ] && processor=aarch64
to=$folder/$(uname -s | tr '[:upper:]' '[:lower:]')-$processor
mkdir -p "$to"
[ "$to/kernel" -nt "$here/kernel.c" ] && [ "$to/kernel" -nt "$here/scan.c" ] && [ "$to/kernel" -nt "$0" ] && exit 0
"$cc" -std=gnu11 -O3 -fno-strict-aliasing -ffp-contract=off -Wall -Wextra -Werror -shared -fPIC -s \
  -o "$to/kernel.new" "$here/kernel.c" "$here/scan.c"
mv "$to/kernel.new" "$to/kernel"
