#!/bin/sh
# Called by run.sh while a platform runs; the variables SENIM_… say where it is.
set -eu
here=$1 cache=$2 programs=$3
root=$(cd "$here/../.." && pwd)

node "$cache/openid_client.mjs"
"$cache/python/bin/python" "$here/requests_oauth2client_walk.py"

# Bounded: some hundred requests, within the token's five minutes. The examples are always the same.
token=$("$programs/senim-journeys" token --demo "$cache/platform.json")
cd "$cache"
"$cache/python/bin/schemathesis" run "$root/core/openapi/account-information-v1.yaml" \
    --url "$SENIM_EDGE_URL/account-information/v1" \
    --tls-verify "$SENIM_CA" --request-cert "$SENIM_CERTIFICATE" --request-cert-key "$SENIM_KEY" \
    --header "Authorization: Bearer $token" \
    --phases examples,coverage,fuzzing --max-examples 25 --seed 1 --workers 2 --no-color \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
