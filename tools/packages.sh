#!/usr/bin/env bash
# Installs what is missing of debian-packages.txt. Usage: tools/packages.sh build|test
# With neither root nor sudo it prints the exact command and stops.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
want='^build'
[ "${1:-build}" = test ] && want='^(build|test)'
mapfile -t packages < <(grep -E "$want" "$root/debian-packages.txt" | awk '{print $2}')

if ! command -v dpkg-query >/dev/null; then
  echo "This system has no dpkg. Install the equivalents of: ${packages[*]}" >&2
  exit 0
fi
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '$1 == "installed" {print $2}')
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  printf 'These packages are missing. As root, run:\n  apt-get update && %s\n' "$line" >&2
  exit 1
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
{
  "${as_root[@]}" apt-get update
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $line
} >&2
