#!/usr/bin/env bash
# Build wheel and sdist, install each into an environment of its own, and run what the README promises, outside the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/build"
"$work/build/bin/pip" --disable-pip-version-check install -q build
rm -rf dist
"$work/build/bin/python" -m build --outdir dist . > "$work/build.log" || { cat "$work/build.log"; exit 1; }

tag=${GITHUB_REF_NAME:-}
version=$("$python" -c 'import re, pathlib; print(re.search(r"\"(.+)\"", pathlib.Path("harness/core/version.py").read_text())[1])')
if [[ "$tag" == v* && "$tag" != "v$version" ]]; then
    echo "the tag $tag is not the version $version" >&2
    exit 1
fi

for file in dist/*.whl dist/*.tar.gz; do
    echo "--- $file"
    "$python" -m venv "$work/env"
    "$work/env/bin/pip" --disable-pip-version-check install -q -c constraints.txt "$file[demo]"
    (
        cd "$work"
        env/bin/harness --version
        env/bin/harness evaluate cascade:pocketsphinx -t quickstart -o "run" -q
        env/bin/harness evaluate baseline:random -t quickstart -o "random" -q
        env/bin/harness leaderboard run random -o board.md
        code=0
        env/bin/harness gate random --baseline run -q || code=$?
        [ "$code" -eq 1 ]
        env/bin/harness export run --format bundle -o run.zip
        env/bin/harness verify run.zip
    )
    rm -rf "$work/env" "$work/run" "$work/random"
done
echo "fit for release: $(cd dist && echo *)"
