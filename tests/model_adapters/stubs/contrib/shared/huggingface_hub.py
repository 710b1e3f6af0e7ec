"""Stub of huggingface_hub: a folder for every repository and revision."""

import hashlib
import os
import re

from stub_tools import record


def snapshot_download(
    repo_id,
    *,
    repo_type=None,
    revision=None,
    cache_dir=None,
    local_dir=None,
    allow_patterns=None,
    ignore_patterns=None,
):
    """Third party: the parameters that are in every release from 0.34 to 1.x; the path ends with the commit."""
    record("snapshot_download", repo_id=repo_id, revision=revision, allow_patterns=allow_patterns)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo_id):
        raise ValueError(f"Repo id must be in the form 'namespace/repo_name': '{repo_id}'")
    commit = revision or f"main {os.environ.get('STUB_NEWEST')}"
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        commit = hashlib.sha1(f"{repo_id} {commit}".encode()).hexdigest()
    name = "models--" + repo_id.replace("/", "--")
    folder = os.path.join(os.environ["STUB_HUB"], name, "snapshots", commit)
    os.makedirs(folder, exist_ok=True)
    return folder
