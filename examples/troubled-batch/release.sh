#!/usr/bin/env bash
# This batch ends in HOLD with its reasons: nobody can release it, and QA rejects it. Needs `evqc` on the path; prints
# every command; writes to a temporary folder only.
set -euo pipefail
cd "$(dirname "$0")/.."
source ./people.sh
batch=troubled-batch
record=UC-MSC-EV-2026-015/1

echo "== A registry, and people"
make_registry

printf '\n== The draft: HOLD, for many reasons\n'
expect 1 as anna draft "$batch" --spec "$batch/specification.toml" --on 2026-04-01 --why 'what there is'
as anna submit "$record" --why 'for QA to decide'

printf '\n== It can be reviewed, and not be released\n'
as rita review "$record"
expect 1 show release status "$record"
expect 2 as quinn sign "$record" 2>&1

printf '\n== QA rejects it\n'
as quinn reject "$record" --why 'the content fails, and most tests were not done'
