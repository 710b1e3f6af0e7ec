"""``harness score``: score stored responses without a model, and re-score run directories.

Documents come from the records (``doc``, or the record itself when it has the benchmark's fields), and
from the benchmark's data where a record has only an id. Never imports lm-eval or torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.comparison.reference import with_reference
from harness.core import keys
from harness.core.redaction import redact_argv
from harness.core.stored_replies import Fields, read_records
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    UnknownNameError,
    UsageError,
)
from harness.evaluation.documents import DocumentFinder, StoredItem, file_task
from harness.evaluation.evaluate import Ended, warn_of
from harness.evaluation.plan import task_entry
from harness.evaluation.signals import exit_code, stopped_note, until_signal
from harness.judge.attach import StoredJudging, judge_stored, rejudge, unjudged_note
from harness.judge.life import check_life, today
from harness.judge.options import PREFIX, JudgeOptions, is_adapter, judge_options
from harness.judge.task_judge import TaskJudge, bind, judges_named
from harness.report.failures import with_reasons
from harness.run.attempts import Attempts
from harness.run.directory import RunDirectory
from harness.run.files import Manifest, ManifestEntry, ResponseRecord, Results
from harness.run.judgements import replayed_lines
from harness.run.manifest import (
    check_same_parts,
    check_version,
    continued,
    new_manifest,
    with_scorers,
)
from harness.run.progress import Style
from harness.run.records import failed_items, scoring_note, stored_record
from harness.run.signature import Parts
from harness.scoring.kept import Kept, kept
from harness.scoring.stage import score_run
from harness.settings import Settings, parse_max_errors
from harness.task_loading.checks.code import code_part
from harness.task_loading.checks.contract import cluster_note
from harness.task_loading.specs import load_scoring_task, provide_models
from harness.task_loading.task import YamlTask
from metrics.commitment.cleaning import CLEANERS
from metrics.text.reasoning import marks_note


@dataclass(frozen=True, slots=True)
class StoredReplies:
    """A responses file, and how it is read.

    Attributes:
        file: JSON array or JSON lines, plain or gzip-compressed.
        fields: names of the record fields.
        clean: id of the declared cleaning of the replies.
    """

    file: Path
    fields: Fields = field(default_factory=Fields)
    clean: str = "none"


@dataclass(frozen=True, slots=True)
class _Scored:
    """A task with the stored replies that it scores.

    Attributes:
        task: the task.
        source: where the replies come from.
        items: replies with their documents, in file order.
        fingerprint: digest of the file.
        facts: what scoring needs to know of all documents.
        parts: the signature's parts.
        judging: the judge as the command line says, resolved.
        judge: the task with its live judge, ``None`` if there is none.
    """

    task: YamlTask
    source: StoredReplies
    items: Sequence[StoredItem]
    fingerprint: str
    facts: Mapping[str, Any]
    parts: Parts
    judging: JudgeOptions
    judge: TaskJudge | None

    @property
    def name(self) -> str:
        """Task id."""
        return self.task.spec.task

    def manifest_entry(self) -> ManifestEntry:
        """Return the manifest's entry for this task."""
        count = len(self.items)
        note = marks_note((item.record.response for item in self.items), self.source.clean)
        notes = [] if note is None else [note]
        return task_entry(
            self.task.spec,
            self.facts,
            origin="file",
            judge=self.judge.manifest_entry() if self.judge is not None else None,
            template=None,
            generation={},
            parts=self.parts,
            items_total=count,
            items_selected=count,
            selection=[[0, count]],
            absent=0,
            data={
                "source": str(self.source.file),
                "version": "file",
                "warnings": [
                    *notes,
                    *cluster_note(self.task.spec, [item.doc for item in self.items]),
                ],
                "sha256": self.fingerprint,
            },
        )


def score_file(
    settings: Settings, replies: StoredReplies, argv: Sequence[str], style: Style = "quiet"
) -> Ended:
    """Score a responses file with one task into a run directory.

    Args:
        settings: one task, the run directory, data folders, the judge.
        replies: the file.
        argv: the command line, for the manifest.
        style: how progress of judging is shown.

    Raises:
        HarnessError: bad file or task, missing data, or a run directory of something else.
    """
    provide_models(settings.data)
    target = RunDirectory(settings.run_directory)
    scored = _read(settings, replies)
    if scored.judge is not None:
        judges = {scored.name: scored.judge}
        warn_of(check_life(judges, scored.judging, today()), style)
    with target as run:
        stay = kept(run, run.manifest(), without=scored.name) if run.exists else Kept()
        manifest = _manifest(run, settings, scored, argv)
        run.write_manifest(manifest)
        attempts = _append(run, scored, manifest["tasks"])
        judged = None
        if scored.judge is not None:
            judged = judge_stored(run, judges, scored.judging, style, until_signal)

        def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
            return scored.task if name == scored.name else _load(name, entry, settings)

        alone = manifest["tasks"].keys() - stay.ranges == {scored.name}
        results = score_run(run, load, attempts if alone else None, stay=stay)
        return _ended(run, results, settings.max_errors, judged)


def score_directory(settings: Settings, style: Style = "quiet") -> Ended:
    """Derive ``samples.jsonl`` and ``results.json`` of a run directory anew.

    Raises:
        HarnessError: not a run directory, or a task that is not known here.
    """
    provide_models(settings.data)
    target = RunDirectory(settings.run_directory)
    target.manifest()  # before a lock is put into a folder of somebody else's
    panel = settings.judge_panel
    names_judge = settings.judge.startswith(PREFIX) or is_adapter(settings.judge)
    if (names_judge or panel is not None) and not settings.rejudge:
        named = f"--judge {settings.judge}" if panel is None else f"--judge-panel {panel}"
        raise UsageError(
            f"{named} would replace the judge of this run",
            hint="add --rejudge if that is meant",
        )

    loaded: dict[str, YamlTask] = {}

    def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
        if name not in loaded:
            loaded[name] = _load(name, entry, settings)
        return loaded[name]

    with target as run:
        manifest = run.manifest()
        specs = {name: load(name, entry).spec for name, entry in manifest["tasks"].items()}
        parts = {
            name: {"scorer": spec.scorer, **code_part(spec), **loaded[name].declared_parts()}
            for name, spec in specs.items()
        }
        if (renewed := with_scorers(manifest, parts)) != manifest:
            run.write_manifest(renewed)
        if settings.reference is not None:
            run.write_manifest(with_reference(run.manifest(), settings.reference))
        judged = None
        if settings.rejudge:
            options = judge_options(settings, has_replies=False)
            judged = rejudge(run, options, load, style, until_signal)
            warn_of(judged.notes, style)
        return _ended(run, score_run(run, load), settings.max_errors, judged)


def _ended(
    run: RunDirectory, results: Results, max_errors: str, judged: StoredJudging | None
) -> Ended:
    if judged is not None and judged.signal is not None:
        code, note = exit_code(judged.signal), stopped_note(judged.signal)
        return Ended(code, results, run.manifest(), note)
    scoring = scoring_note(results)
    if scoring is not None:
        return Ended(EXIT_INCOMPLETE, results, run.manifest(), scoring)
    failed, total = failed_items(results)
    if failed > parse_max_errors(max_errors, total):
        note = f"{failed} of {total} items are errors; the rest is scored, and the run directory is complete"
        note = with_reasons(note, run.path, run.attempts(), results["tasks"])
        return Ended(EXIT_INCOMPLETE, results, run.manifest(), note)
    manifest = run.manifest()
    stage = judged.stage if judged is not None else None
    unjudged = unjudged_note(results, manifest, parse_max_errors(max_errors, total), stage)
    if unjudged is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, unjudged)
    return Ended(EXIT_OK, results, manifest)


def _load(name: str, entry: Mapping[str, Any], settings: Settings) -> YamlTask:
    return load_scoring_task(
        name,
        entry,
        include_path=settings.include_path,
        trusted=settings.trust_task_code,
        run=settings.output_path,
    )


def _read(settings: Settings, replies: StoredReplies) -> _Scored:
    """Read a file of stored replies for the task that scores it."""
    clean = replies.clean
    if clean not in CLEANERS:
        raise UnknownNameError("cleaning", clean, CLEANERS, hint=f"known: {', '.join(CLEANERS)}")
    task = file_task(settings)
    spec = task.spec
    task.check()
    records = read_records(replies.file, replies.fields)
    items = DocumentFinder(task, records, replies.file).resolve()
    judging = judge_options(settings, has_replies=any(record.judge_replies for record in records))
    judge = bind(task, judging)
    docs = [item.doc for item in items]
    task.annotate(docs, "file")
    facts = task.facts(docs)
    task.check_stored(docs)
    if judge is not None:
        judge.check(docs)
        judge = replace(judge, facts=facts)
        judge = judge.about(keys.item_keys(spec.task, docs, spec.doc_fields), judging)
    parts: Parts = {
        "data": f"file#{keys.data_hash(docs, spec.doc_fields)}",
        "n": f"{len(items)}/{len(items)}",
        "prompt": "stored",
        "gen": "stored",
        "clean": clean,
        "scorer": spec.scorer,
        "judge": judging.part(None),
        **(judge.parts if judge is not None else {}),
        **code_part(spec),
        **task.signature_parts(docs),
    }
    fingerprint = hashlib.sha256(replies.file.read_bytes()).hexdigest()
    return _Scored(task, replies, items, fingerprint, facts, parts, judging, judge)


def _manifest(
    run: RunDirectory, settings: Settings, scored: _Scored, argv: Sequence[str]
) -> Manifest:
    """Return the manifest of a run directory that gets one more file of stored replies.

    Raises:
        UsageError: it holds the run of a model, or this task from another file.
    """
    old = run.manifest() if run.exists else None
    tasks = {scored.name: scored.manifest_entry()}
    if old is not None:
        _check_old(run, old, scored)
        tasks = {**old["tasks"], **tasks}
    files = {one["data"]["source"]: one["data"]["sha256"] for one in tasks.values()}
    manifest = new_manifest(
        model={
            "spec": f"file:{', '.join(files)}",
            "adapter": "file",
            "target": ", ".join(files),
            "args": {},
            "fingerprint": scored.fingerprint
            if len(files) == 1
            else keys.digest(sorted(files.values())),
            "description": {},
        },
        name=settings.name or run.path.resolve().name,
        judge=judges_named(tasks),
        seed=settings.seed,
        tasks=tasks,
        argv=redact_argv(list(argv)),
    )
    if old is not None:
        before = continued(old)
        manifest["harness_version"], manifest["created"] = old["harness_version"], old["created"]
        if "continued" in before:
            manifest["continued"] = before["continued"]
        if "reference" in old:
            manifest["reference"] = old["reference"]
    return with_reference(manifest, settings.reference)


def _check_old(run: RunDirectory, old: Manifest, scored: _Scored) -> None:
    check_version(run, old)
    if old["model"]["adapter"] != "file":
        raise UsageError(
            f"this run directory was made by a model: {old['model']['spec']}",
            where=str(run.path),
            hint="use another -o RUN_DIR",
        )
    before = old["tasks"].get(scored.name)
    if before is None:
        return
    if before["data"]["sha256"] != scored.fingerprint:
        raise UsageError(
            f"this run directory holds {scored.name} from another file: {before['data']['source']}",
            where=str(run.path),
            hint="use another -o RUN_DIR",
        )
    check_same_parts(run, scored.name, before, scored.parts)


def _append(run: RunDirectory, scored: _Scored, tasks: Collection[str]) -> Attempts:
    """Write every record that is not in the logs yet, and return the last attempts at the task's items."""
    spec = scored.task.spec
    done = run.attempts(spec.task, tasks)
    judged = run.judgements(spec.task, tasks)
    item_keys = keys.item_keys(spec.task, [item.doc for item in scored.items], spec.doc_fields)
    for index, (item, item_key) in enumerate(zip(scored.items, item_keys, strict=True)):
        attempt = (spec.task, item.id, 0)
        if scored.judging.choice == "replay":
            known = {reply["key"] for reply in judged.get(attempt, [])}
            replies = item.record.judge_replies or ()
            for judgement in replayed_lines(spec.task, item.id, item_key, replies):
                if judgement["key"] not in known:
                    run.append_judgement(judgement)
        if attempt not in done:
            record = _response(scored, item, index, item_key)
            done.note(record, run.append_response(record))
    return done


def _response(scored: _Scored, item: StoredItem, index: int, item_key: str) -> ResponseRecord:
    clean, response, raw = scored.source.clean, item.record.response, None
    if isinstance(response, str) and clean != "none":
        options = scored.task.hints(item.doc).options
        raw, response = response, CLEANERS[clean](response, options)
    return stored_record(
        spec=scored.task.spec,
        index=index,
        doc=item.doc,
        item_key=item_key,
        request_key=keys.digest([scored.fingerprint, item.id]),
        response=response,
        raw_response=raw,
    )
