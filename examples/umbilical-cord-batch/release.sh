#!/usr/bin/env bash
# The way of this batch from draft to a verified bundle, with an analyst, a reviewer and QA: `release.sh [FOLDER]`.
# Needs `evqc` on the path; prints every command; writes to a temporary folder, and the bundle and the certificate to
# FOLDER when it is given.
set -euo pipefail
keep=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$0")/.."
source ./people.sh
batch=umbilical-cord-batch
record=UC-MSC-EV-2026-014/1

echo "== A registry, and people"
make_registry

printf '\n== The analyst drafts, and hands over\n'
as anna draft "$batch" --spec "$batch/specification.toml" --on 2026-03-20 --why 'every result is there'
as anna submit "$record" --why 'ready for review'

printf '\n== The reviewer looks, attests and signs\n'
as rita attest "$record" --all
as rita review "$record"

printf '\n== QA looks, and decides\n'
expect 0 show release status "$record"
as quinn sign "$record"
as quinn certificate --record "$record" -o "$work/certificate" --why 'for the hospital'
as quinn bundle --record "$record" -o "$work/bundle.zip" --why 'for the hospital'
show release history "$record"

printf '\n== Anybody verifies the bundle, without network or database\n'
unset EVQC_DATABASE
expect 0 show verify "$work/bundle.zip"

printf '\n== One bit is flipped in the middle of a copy\n'
cp "$work/bundle.zip" "$work/flipped.zip"
middle=$(($(wc -c <"$work/bundle.zip") / 2))
byte=$(od -An -tu1 -j "$middle" -N 1 "$work/bundle.zip")
# shellcheck disable=SC2059  the byte is the format
printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$work/flipped.zip" bs=1 seek="$middle" conv=notrunc status=none
expect 1 show verify "$work/flipped.zip"

if [ -n "$keep" ]; then cp -r "$work/certificate" "$work/bundle.zip" "$keep"; fi
