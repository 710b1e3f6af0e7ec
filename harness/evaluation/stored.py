"""``harness score``: score stored responses without a model, and re-score run directories.

Documents come from the records (``doc``, or the record itself when it has the benchmark's fields), and
from the benchmark's data where a record has only an id. Never imports lm-eval or torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.comparison.reference import with_reference
from harness.core import keys
from harness.core.redaction import redact_argv
from harness.core.scoring import MISSING
from harness.core.stored_replies import Fields, read_records
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    UnknownNameError,
    UsageError,
)
from harness.evaluation.documents import Documentation, Stored
from harness.evaluation.evaluate import Ended
from harness.evaluation.plan import declared_entry
from harness.judge.attach import judge_stored, judged_task, rejudge, unjudged_note
from harness.judge.options import PREFIX, judge_options
from harness.judge.stage import JudgeStage
from harness.judge.task_judge import TaskJudge, bind, check_renders, judges_named
from harness.run.directory import RunDirectory
from harness.run.manifest import check_same_parts, check_version, new_manifest
from harness.run.progress import Style
from harness.run.records import error_record, failed_items, replayed_lines, stored_outcome
from harness.run.signature import Parts
from harness.scoring.stage import score_run
from harness.settings import Settings, parse_max_errors
from harness.task_loading.index import load_index
from harness.task_loading.specs import (
    check_benchmarks,
    check_supported,
    data_folder,
    load_scoring_task,
    load_spec,
)
from harness.task_loading.task import YamlTask
from metrics.text.cleaning import CLEANERS


def score_file(
    settings: Settings,
    file: Path,
    fields: Fields,
    clean: str,
    argv: Sequence[str],
    style: Style = "quiet",
) -> Ended:
    """Score a responses file with one task into a run directory.

    Raises:
        HarnessError: bad file or task, missing data, or a run directory of something else.
    """
    if clean not in CLEANERS:
        raise UnknownNameError("cleaning", clean, CLEANERS, hint=f"known: {', '.join(CLEANERS)}")
    index = load_index(settings.include_path)
    check_benchmarks(settings.data, index, "--data")
    entries = index.resolve(settings.tasks)
    if len(entries) != 1:
        raise UsageError(
            f"{settings.tasks[0]!r} names {len(entries)} tasks; a file is scored with one",
            hint=f"one of: {', '.join(entry.task for entry in entries[:8])} …",
        )
    spec = load_spec(entries[0])
    check_supported(spec)
    task = YamlTask(
        spec,
        folder=data_folder(spec.benchmark, settings.data),
        revision=settings.revision.get(spec.benchmark),
        trusted=settings.trust_task_code,
    )
    records = read_records(file, fields)
    stored = Documentation(task, records, file).resolve()
    options = judge_options(settings, has_replies=any(record.judge_replies for record in records))
    judge = bind(spec, options)
    fingerprint = hashlib.sha256(file.read_bytes()).hexdigest()
    docs = [one.doc for one in stored]
    task.annotate(docs, "file")
    if judge is not None:
        check_renders(judge, task, docs)
    parts: Parts = {
        "data": f"file#{keys.data_hash(docs, spec.doc_fields)}",
        "n": f"{len(stored)}/{len(stored)}",
        "prompt": "stored",
        "gen": "stored",
        "clean": clean,
        "scorer": spec.scorer,
        "judge": options.part(judge.id if judge is not None else None),
        **task.signature_parts(docs),
    }
    with RunDirectory(settings.output_path) as run:
        facts = task.facts(docs)
        _prepare(run, settings, file, fingerprint, judge, task, facts, parts, len(stored), argv)
        _append(run, task, stored, clean, fingerprint, replay=options.choice == "replay")
        stage = None
        if judge is not None:
            tasks = {spec.task: judged_task(task, judge, facts)}
            stage = judge_stored(run, tasks, settings, options, style)
        results = score_run(
            run,
            lambda name, entry: (
                task
                if name == spec.task
                else load_scoring_task(
                    name,
                    entry,
                    include_path=settings.include_path,
                    trusted=settings.trust_task_code,
                )
            ),
        )
        return _ended(run, results, settings.max_errors, stage)


def score_directory(settings: Settings, style: Style = "quiet") -> Ended:
    """Derive ``samples.jsonl`` and ``results.json`` of a run directory anew.

    Raises:
        HarnessError: not a run directory, or a task that is not known here.
    """
    target = RunDirectory(settings.output_path)
    target.manifest()  # before a lock is put into a folder that is none of ours
    if settings.judge.startswith(PREFIX) and not settings.rejudge:
        raise UsageError(
            f"--judge {settings.judge} would replace the judge of this run",
            hint="add --rejudge if that is meant",
        )

    def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
        return load_scoring_task(
            name, entry, include_path=settings.include_path, trusted=settings.trust_task_code
        )

    with target as run:
        if settings.reference is not None:
            run.write_manifest(with_reference(run.manifest(), settings.reference))
        stage = rejudge(run, settings, load, style) if settings.rejudge else None
        return _ended(run, score_run(run, load), settings.max_errors, stage)


def _ended(
    run: RunDirectory, results: dict[str, Any], max_errors: str, stage: JudgeStage | None
) -> Ended:
    failed, total = failed_items(results)
    if failed > parse_max_errors(max_errors, total):
        note = f"{failed} of {total} items are errors; the rest is scored, and the run directory is complete"
        return Ended(EXIT_INCOMPLETE, results, run.manifest(), note)
    manifest = run.manifest()
    unjudged = unjudged_note(results, manifest, parse_max_errors(max_errors, total), stage)
    if unjudged is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, unjudged)
    return Ended(EXIT_OK, results, manifest)


# --- documents -------------------------------------------------------------------------------


# --- run directory ---------------------------------------------------------------------------


def _prepare(
    run: RunDirectory,
    settings: Settings,
    file: Path,
    fingerprint: str,
    judge: TaskJudge | None,
    task: YamlTask,
    facts: Mapping[str, Any],
    parts: Parts,
    count: int,
    argv: Sequence[str],
) -> None:
    name = task.spec.task
    entry = {
        **declared_entry(task.spec, facts),
        "origin": "file",
        "judge": judge.manifest_entry() if judge is not None else None,
        "template": None,
        "generation": {},
        "signature_parts": parts,
        "items_total": count,
        "items_selected": count,
        "selection": [[0, count]],
        "absent": 0,
        "data": {"source": str(file), "version": "file", "warnings": [], "sha256": fingerprint},
    }
    tasks = {name: entry}
    if run.exists:
        old = run.manifest()
        check_version(run, old)
        if old["model"]["adapter"] != "file":
            raise UsageError(
                f"this run directory was made by a model: {old['model']['spec']}",
                where=str(run.path),
                hint="use another -o RUN_DIR",
            )
        before = old["tasks"].get(name)
        if before is not None:
            if before["data"]["sha256"] != fingerprint:
                raise UsageError(
                    f"this run directory holds {name} from another file: {before['data']['source']}",
                    where=str(run.path),
                    hint="use another -o RUN_DIR",
                )
            check_same_parts(run, name, before["signature_parts"], parts)
        tasks = {**old["tasks"], **tasks}
    files = {one["data"]["source"]: one["data"]["sha256"] for one in tasks.values()}
    manifest = new_manifest(
        model={
            "spec": f"file:{', '.join(files)}",
            "adapter": "file",
            "target": ", ".join(files),
            "args": {},
            "fingerprint": fingerprint if len(files) == 1 else keys.digest(sorted(files.values())),
            "description": {},
        },
        name=settings.name or settings.output_path.resolve().name,
        judge=judges_named(tasks),
        seed=settings.seed,
        tasks=tasks,
        argv=redact_argv(list(argv)),
    )
    if run.exists and "reference" in (old := run.manifest()):
        manifest["reference"] = old["reference"]
    run.write_manifest(with_reference(manifest, settings.reference))


def _append(
    run: RunDirectory,
    task: YamlTask,
    stored: Sequence[Stored],
    clean: str,
    fingerprint: str,
    *,
    replay: bool,
) -> None:
    """Write every record that is not in the logs yet."""
    spec = task.spec
    done = run.attempts()
    judged = run.judgements()
    item_keys = keys.item_keys(spec.task, [one.doc for one in stored], spec.doc_fields)
    for index, (one, item_key) in enumerate(zip(stored, item_keys, strict=True)):
        attempt = (spec.task, one.id, 0)
        if replay:
            known = {reply["key"] for reply in judged.get(attempt, [])}
            replies = one.record.judge_replies or ()
            for judgement in replayed_lines(spec.task, one.id, item_key, replies):
                if judgement["key"] not in known:
                    run.append_judgement(judgement)
        if attempt not in done:
            run.append_response(_response(task, one, index, item_key, clean, fingerprint))


def _response(
    task: YamlTask, one: Stored, index: int, item_key: str, clean: str, fingerprint: str
) -> Mapping[str, Any]:
    response = one.record.response
    raw: dict[str, Any] = {}
    if isinstance(response, str) and clean != "none":
        raw = {"raw_response": response}
        response = CLEANERS[clean](response, task.hints(one.doc).options)
    outcome, error = stored_outcome(response, task.spec)
    return {
        "task": task.spec.task,
        "id": one.id,
        "repeat": 0,
        "index": index,
        "item_key": item_key,
        "request_key": keys.digest([fingerprint, one.id]),
        "outcome": outcome,
        **({} if response is MISSING else {"response": response}),
        **raw,
        "reasoning": None,
        "messages": [],
        "audio": [],
        "finish": None,
        "usage": None,
        "seconds": 0.0,
        "attempts": 1,
        "error": error_record(error),
        "extra": {},
        "doc": keys.original_fields(one.doc),
        "cluster": one.doc.get("_cluster"),
    }
