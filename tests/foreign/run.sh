#!/bin/sh
# Clients that we did not write, against a platform of its own:
#   tests/foreign/run.sh CACHE PROGRAMS
# CACHE keeps what npm and pip fetch; PROGRAMS is where senim, senim-node, senim-world and senim-journeys lie.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1/foreign
programs=$(cd "$2" && pwd)
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

if ! cmp -s "$here/package-lock.json" "$cache/package-lock.json" || [ ! -d "$cache/node_modules" ]; then
    echo "foreign clients: npm ci"
    cp "$here/package.json" "$here/package-lock.json" "$cache/"
    npm ci --prefix "$cache" --no-audit --no-fund --loglevel=error || { rm -f "$cache/package-lock.json"; exit 1; }
fi
if ! cmp -s "$here/requirements.txt" "$cache/requirements.txt"; then
    echo "foreign clients: pip install"
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    # It runs on Python 3.11 as well, whatever it says of itself.
    "$cache/python/bin/pip" install --quiet --disable-pip-version-check --ignore-requires-python aics-tlog==0.2.1
    cp "$here/requirements.txt" "$cache/"
fi
# Node looks for packages beside the program that asks for them.
cp "$here/openid_client.mjs" "$cache/"

root=$(cd "$here/../.." && pwd)
for document in "$root"/core/openapi/*.yaml "$root"/host/openapi/*.yaml; do
    [ -e "$document" ] || continue
    "$cache/python/bin/openapi-spec-validator" "$document"
done

exec "$programs/senim-journeys" platform --out "$cache/platform.json" -- \
    sh "$here/against.sh" "$here" "$cache" "$programs"
