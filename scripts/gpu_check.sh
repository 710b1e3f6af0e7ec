#!/usr/bin/env bash
# What one GPU does with local checkpoints, in at most 8 minutes: greedy text as on the CPU, batches in half precision, `hf:` against
# a bare loop, peak memory, two replicas on one card. From a fresh clone, with a torch for this GPU already installed or not:
#
#     python3 -m venv .venv && .venv/bin/pip install -e '.[hf,ray]' && scripts/gpu_check.sh
#
# Flags: --device cuda:1, --out FOLDER (for gpu_check.json and gpu_check.md; else $OUT, else runs/gpu-check), --quick for a CPU.
# PYTHON names another interpreter than that of .venv. Nothing is downloaded.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
[ -x "$python" ] || python=python3
HF_HUB_OFFLINE=1 exec "$python" -m benchmarks.gpu "$@"
