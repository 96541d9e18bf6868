#!/bin/sh
# Asks a running API about a thousand odd questions in a minute, and holds the answers against its description.
# Usage: SCHEMATHESIS=/path/to/schemathesis API_URL=http://127.0.0.1:4566/... ACCESS_KEY=<admin key> fuzz.sh [more options]
set -eu
: "${API_URL:?name the API, without a slash at the end}"
: "${ACCESS_KEY:?give an admin key of a tenant that is for this only}"
# It leaves notes of its own in the folder it runs in.
cd "$(mktemp -d)"
exec "${SCHEMATHESIS:-schemathesis}" run "$API_URL/v1/openapi.json" \
    --url "$API_URL" \
    --header "Authorization: Bearer $ACCESS_KEY" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases examples,coverage,fuzzing \
    --max-time "${SECONDS_LONG:-60}" \
    --rate-limit "${RATE:-15/s}" \
    --workers 1 \
    --request-timeout 20 \
    --seed "${SEED:-1}" \
    --no-color \
    "$@"
