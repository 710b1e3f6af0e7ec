#!/usr/bin/env bash
# `make demo`: a real recogniser on real (synthetic) speech, the two chance rows, and a leaderboard.
set -euo pipefail
cd "$(dirname "$0")/.."
harness=.venv/bin/harness
runs=runs/demo
mkdir -p "$runs"

echo "1/4  cascade:pocketsphinx on the quickstart suite (60 clips, every metric family)"
"$harness" evaluate cascade:pocketsphinx -t quickstart -o "$runs/pocketsphinx"

echo
echo "2/4  the chance rows of a leaderboard"
"$harness" evaluate baseline:random -t quickstart -o "$runs/random" --quiet
"$harness" evaluate baseline:first -t quickstart -o "$runs/first" --quiet

echo "3/4  leaderboard"
"$harness" leaderboard "$runs/pocketsphinx" "$runs/random" "$runs/first" -o "$runs/leaderboard.md"

echo "4/4  the page of the run, set against the chance row, clips inside"
"$harness" report "$runs/pocketsphinx" --compare "$runs/random" --embed-audio -o "$runs/report.html" --quiet

cat <<TXT

Done. What there is now:
  $runs/pocketsphinx/   the run directory: manifest, responses, samples, results
  $runs/leaderboard.md  native and normalised tables
  $runs/report.html     open it in a browser: every item with its clip, verdicts and reasons

What to type next:
  $harness status $runs/pocketsphinx
  $harness gate $runs/random --baseline $runs/pocketsphinx        # a regression gate: exit 1
  $harness tasks list                                             # all benchmarks
  $harness evaluate hf:PATH_TO_CHECKPOINT -t quickstart -o $runs/mine   # after: .venv/bin/pip install -e '.[hf]'
TXT

# where a desktop is, show the page; a pipe, a server and CI have none
if [[ -t 1 && -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] && command -v xdg-open >/dev/null; then
  xdg-open "$runs/report.html" >/dev/null 2>&1 || true
fi
