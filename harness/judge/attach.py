"""Ties the judge stage to a run: opens it, feeds it what is finished already, says how judging ended."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.core.stored_replies import judge_replies
from harness.errors import HarnessError, UsageError
from harness.judge.answer import Client
from harness.judge.bridge.tables import refused_values
from harness.judge.budget import Account
from harness.judge.cache import JudgeCache
from harness.judge.life import check_life, today
from harness.judge.options import JudgeOptions
from harness.judge.stage import JudgeStage
from harness.judge.stages.panel import PanelStage
from harness.judge.task_judge import TaskJudge, bind, judges_named
from harness.run.attempts import selected
from harness.run.directory import RunDirectory
from harness.run.files import RESPONSES
from harness.run.judgements import replayed_lines
from harness.run.process.stopping import Stop
from harness.run.process.waiting import shown
from harness.run.progress import Progress, Style
from harness.run.reader import read_responses
from harness.task_loading.task import YamlTask

Until = Callable[
    [Coroutine[Any, Any, None], Stop, Callable[[], bool]],
    Coroutine[Any, Any, "signal.Signals | None"],
]
"""Runs work until it is done or a signal stops it, which it says to the ``Stop``; asks whether it rests; gives the signal."""


BATCHES: Final = "judge_batches.jsonl"
"""File of a run directory that remembers batches which its judge was sent."""
MOST_REQUESTS: Final = 50_000
"""Requests that wait for a batch together."""


Stage = JudgeStage | PanelStage


class StoredJudging(NamedTuple):
    """The end of the judging of stored replies.

    Attributes:
        stage: the stage, with its figures; ``None`` if nobody was asked.
        signal: what stopped it early, ``None`` if nothing did.
        notes: what should be known of the judge.
    """

    stage: Stage | None
    signal: signal.Signals | None = None
    notes: tuple[str, ...] = ()


def open_stage(
    run: RunDirectory,
    judges: Mapping[str, TaskJudge],
    options: JudgeOptions,
    progress: Progress,
    stop: Stop,
) -> Stage:
    """Return the stage that judges some tasks of a run, shown by a progress display.

    Args:
        run: run directory, held for writing.
        judges: judged tasks by name.
        options: how the judge is reached, what it may cost, where its replies are shared.
        progress: display.
        stop: the wish to begin nothing new.

    Raises:
        UsageError: a budget in dollars, and the price of a model is unknown.
        StorageError: a cache folder that cannot be used.
    """
    stage: Stage
    if options.panel is not None:
        models = frozenset(str(one.model) for one in options.members)
        own = {
            str(one.model): one.prices for one in options.members if one.prices is not None
        }  # of every judge its own
        account = Account(options.budget, None, models, own=own)
        stages: dict[str, JudgeStage] = {}
        for place, one in enumerate(options.members):
            members = {name: judge.of_panel()[place] for name, judge in judges.items()}
            stages[str(one.model)] = _stage(run, members, one, account, progress)
        stage = PanelStage(stages, account)
    else:
        models = frozenset(judge.spec.model for judge in judges.values())
        batched = options.batch is not None
        account = Account(options.budget, options.prices, models, halved=batched)
        stage = _stage(run, judges, options, account, progress)
    stage.stop = stop
    progress.watch(stage.status)
    return stage


def _stage(
    run: RunDirectory,
    judges: Mapping[str, TaskJudge],
    options: JudgeOptions,
    account: Account,
    progress: Progress,
) -> JudgeStage:
    """Return the stage of one judge."""
    models = frozenset(judge.spec.model for judge in judges.values())
    return JudgeStage(
        run,
        judges,
        _client(options, run.path, progress.note),
        account,
        # the next request is ready when a place gets free; all of a batch wait together
        workers=2 * options.concurrency if options.batch is None else MOST_REQUESTS,
        caches={model: JudgeCache(options.cache, model) for model in models}
        if options.cache is not None
        else {},
        tick=progress.tick,
    )


def _client(options: JudgeOptions, run: Path, tell: Callable[[str], None]) -> Client:
    if options.adapter is not None:
        from harness.judge.asking.adapter_client import AdapterClient

        return AdapterClient(options.adapter, options.adapter_args)
    from model_adapters.services.batch_client import BatchClient, BatchOptions
    from model_adapters.services.chat_client import ChatClient, ClientOptions

    reached = ClientOptions(
        base_url=options.base_url,
        api_key_env=options.key_variable,
        concurrency=options.concurrency,
        timeout=options.timeout,
        max_retries=options.max_retries,
        patience=options.patience,
    )
    if options.batch is None:
        return ChatClient(reached)
    return BatchClient(reached, BatchOptions(run / BATCHES, *options.batch, tell))


def judge_stored(
    run: RunDirectory,
    judges: Mapping[str, TaskJudge],
    options: JudgeOptions,
    style: Style,
    until: Until,
) -> StoredJudging:
    """Judge what a run directory holds, without a model; returns the stage when it is done or stopped.

    Args:
        run: run directory, held for writing.
        judges: judged tasks by name.
        options: how the judge is reached.
        style: how progress is shown.
        until: runs the work until it is done or a signal stops it (``harness.evaluation.signals``).
    """
    entries = run.manifest()["tasks"]
    waiting = [
        (key, attempt.offset)
        for key, attempt in run.attempts().items()
        if key[0] in judges and selected(attempt.index, entries[key[0]]["selection"])
    ]
    with Progress({}, style) as progress:
        stop = Stop()
        stage = open_stage(run, judges, options, progress, stop)

        async def work() -> None:
            for key, offset in waiting:
                stage.submit(key, offset)
            stage.close()
            await stage.run()

        stopped = asyncio.run(until(shown(work(), progress, stage.waits), stop, stage.rests))
        run.check_logs()
    return StoredJudging(stage, stopped)


def rejudge(
    run: RunDirectory,
    options: JudgeOptions,
    load_task: Callable[[str, Mapping[str, Any]], YamlTask],
    style: Style,
    until: Until,
) -> StoredJudging:
    """Give the judged tasks of a run another judge, and ask it; replies of the old one stay in the log.

    Raises:
        UsageError: there is no judge to ask, or nothing to judge.
        RetiredJudgeError: the judge has ended, and the log has no reply of it.
    """
    if options.choice != "live":
        raise UsageError(
            "--rejudge needs a judge that can be asked",
            hint="--judge openai:MODEL, with OPENAI_API_KEY or -J base_url=…",
        )
    manifest = run.manifest()
    judges: dict[str, TaskJudge] = {}
    item_keys: dict[str, list[str]] = defaultdict(list)
    for _, record in read_responses(run.path) if options.sample is not None else ():
        item_keys[record["task"]].append(record["item_key"])
    for name, entry in manifest["tasks"].items():
        judge = bind(load_task(name, entry), options)
        if judge is None:
            continue
        judge.check(())
        judge = replace(judge, facts=entry.get("facts")).about(item_keys.get(name, ()), options)
        judges[name] = judge
        entry["judge"] = judge.manifest_entry()
        parts = {key: part for key, part in entry["signature_parts"].items() if key != "judged"}
        entry["signature_parts"] = {**parts, **judge.parts}
    if not judges:
        raise UsageError("no task of this run is judged", where=str(run.path))
    known = {line["judge"] for lines in run.judgements().values() for line in lines}
    to_ask = {
        name: judge
        for name, judge in judges.items()
        if any(one.id not in known for one in judge.of_panel())
    }
    notes = check_life(to_ask, options, today())
    run.write_manifest({**manifest, "judge": judges_named(manifest["tasks"])})
    if not options.asks:
        return StoredJudging(None, notes=tuple(notes))
    return judge_stored(run, judges, options, style, until)._replace(notes=tuple(notes))


def record_replayed(run: RunDirectory, tasks: Iterable[str]) -> None:
    """Write judge replies that came with replayed responses as lines of ``judgements.jsonl``."""
    replayed = set(tasks)
    if not replayed:
        return
    known = run.judgements()
    for _, record in read_responses(run.path):
        stored = record["extra"].get("judge_reply")
        if record["task"] not in replayed or stored is None:
            continue
        recorded = {line["key"] for line in known.get((record["task"], record["id"], 0), [])}
        where = f"{run.path / RESPONSES}: {record['id']}"
        replies = judge_replies(stored, "judge_reply", where) or ()
        for line in replayed_lines(record["task"], record["id"], record["item_key"], replies):
            if line["key"] not in recorded:
                run.append_judgement(line)


def unjudged_items(results: Mapping[str, Any], manifest: Mapping[str, Any]) -> int:
    """Return items that a live judge still has to look at."""
    return sum(
        results["tasks"][name]["unjudged"]
        for name, entry in manifest["tasks"].items()
        if entry.get("judge")
    )


def unjudged_note(
    results: Mapping[str, Any], manifest: Mapping[str, Any], allowed: int, stage: Stage | None
) -> str | None:
    """Return why a run is incomplete for lack of verdicts or of a bridge, ``None`` if it is not.

    Raises:
        HarnessError: the judge cannot be worked with at all.
    """
    count = unjudged_items(results, manifest)
    if stage is not None and stage.fatal is not None and count:
        raise _with_count(stage.fatal, count)
    if count <= allowed:
        if all("bridge" not in (entry["judge"] or {}) for entry in manifest["tasks"].values()):
            return None
        refused = refused_values(results)
        return f"not bridged: {'; '.join(refused)}" if refused else None
    why = stage.note() if stage is not None else None
    return f"{count} items are not judged; the same command asks again" + (
        f" ({why})" if why else ""
    )


def _with_count(error: HarnessError, count: int) -> HarnessError:
    return type(error)(
        f"{error.message}; {count} items are not judged", where=error.where, hint=error.hint
    )
