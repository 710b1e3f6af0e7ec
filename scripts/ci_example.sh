#!/usr/bin/env bash
# The gate in a CI, for real: a small random checkpoint, a saved baseline, and the steps that action.yml lists. A pull request that
# changes nothing passes; one that is worse than the baseline is red and names lost items.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
folder=${FOLDER:-runs/ci-example}
rm -rf "$folder"
mkdir -p "$folder"

echo "1/3  a small random checkpoint, and its baseline"
"$bin/python" -m tests.support.models.small_checkpoint "$folder/checkpoint"
"$bin/harness" evaluate "hf:$folder/checkpoint" -t quickstart_choice,quickstart_transcription --subset 8 \
    -o "$folder/main" -q
"$bin/harness" gate "$folder/main" --save-baseline "$folder/baseline.json"

echo "2/3  a pull request that changes nothing: green"
"$bin/python" scripts/run_action.py "model=hf:$folder/checkpoint" tasks=quickstart_choice,quickstart_transcription \
    subset=8 "baseline=$folder/baseline.json" "folder=$folder/green" install=false
grep -q '^## .* PASS' "$folder/green/summary.md"

echo "3/3  the checkpoint against a recogniser's baseline: red, with lost items"
"$bin/harness" evaluate cascade:pocketsphinx -t quickstart_choice -o "$folder/better" -q
"$bin/harness" gate "$folder/better" --save-baseline "$folder/better.json"
code=0
"$bin/python" scripts/run_action.py "model=hf:$folder/checkpoint" tasks=quickstart_choice subset=8 \
    "baseline=$folder/better.json" "folder=$folder/red" install=false || code=$?
[ "$code" -eq 1 ]
grep -q '^### Lost items' "$folder/red/summary.md"
echo "done: $folder/green/summary.md, $folder/red/summary.md"
