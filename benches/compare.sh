#!/usr/bin/env bash
# Measures the release program against its yardsticks, in turn in one run, and prints a table of
# ratios. Installs what a bare Debian machine lacks; Rust itself must be there.
#
#   benches/compare.sh                        everything, with 1,000,000 users
#   benches/compare.sh --only start-up,list   some groups of rows; --help names them
#   benches/compare.sh --users 100000         fewer users
#   benches/compare.sh --only doubling --sizes 100000,2000000   growth of import and export
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); }
need cc gcc
need python3 python3
need sqlite3 sqlite3
# The shell's own time does not tell the peak of the memory.
[ -n "$(type -P time)" ] || packages+=(time)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
if ((${#packages[@]})); then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null
fi

target=${CARGO_TARGET_DIR:-target}
cargo build --locked --release --quiet --bin useradm --example verdicts
venv=$target/compare-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet passlib==1.7.4 bcrypt==5.0.0 argon2-cffi==25.1.0

# A copy is measured, as people install it: what the linker writes lies in the page cache in small
# pieces until it is read anew, which makes starting it some 8% slower.
mkdir -p "$target/compare"
cp "$target/release/useradm" "$target/release/examples/verdicts" "$target/compare/"
exec "$venv/bin/python" benches/compare.py \
    --program "$target/compare/useradm" --folder "$target/compare" "$@"
