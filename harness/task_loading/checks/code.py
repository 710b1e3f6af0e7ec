"""The scoring code of a task outside the harness, by its content: a part of the signature.

The harness cannot know whether somebody else's ``scorer:`` version was raised when their code changed, so two runs are
compared only if the code that scored them is the same.
"""

from __future__ import annotations

import hashlib

from harness.core.keys import short_hash
from harness.core.task import TaskSpec
from harness.core.untrusted.regular import is_file
from harness.errors import TaskFileError
from harness.task_loading.places import is_built_in, is_declared_code, is_lm_eval


def code_part(spec: TaskSpec) -> dict[str, str]:
    """Return ``{"code": DIGEST}`` for a task outside the harness, ``{}`` for a shipped one or one without code.

    The digest covers the module of ``process_results`` and what the YAML says about scoring.

    Raises:
        TaskFileError: the module cannot be read.
    """
    if is_lm_eval(spec.task):
        return {}  # its signature has it
    ref = spec.functions["process_results"]
    if is_built_in(spec) or is_declared_code(ref):
        return {}
    file = ref.yaml_path.resolve().parent.joinpath(*ref.module.split(".")).with_suffix(".py")
    if not is_file(file):
        raise TaskFileError(f"{file} does not exist", where=str(ref.yaml_path))
    try:
        content = file.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise TaskFileError(
            f"cannot read {file}: {error.strerror}", where=str(ref.yaml_path)
        ) from error
    scoring = [spec.null_response, sorted(spec.official_metrics), sorted(spec.judged_metrics)]
    return {"code": short_hash([hashlib.sha256(content).hexdigest(), scoring])}
