"""Contract: the YAML runs under plain lm-eval, with the numbers of our own scoring."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.registry import METRICS
from tasks.quickstart import data, scoring

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("quickstart_vanilla")]

TASKS = tuple(f"quickstart_{kind}" for kind in data.FIELDS)


def reply_to(prompt: str) -> str:
    """A made-up reply that depends on the prompt alone: some right, some wrong, some unreadable."""
    if "(A)" in prompt:
        return "(C)" if len(prompt) % 2 else "no idea"
    if "Which of these words" in prompt:
        return "water"
    if "in digits" in prompt:
        return "40" if len(prompt) % 3 else "several"
    return "the water in the lake was cold"


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    """One lm-eval run of the whole group with a model that takes audio."""
    import lm_eval.models  # noqa: F401
    from lm_eval.api.model import LM
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    class Listener(LM):  # type: ignore[misc]
        MULTIMODAL = True

        def __init__(self) -> None:
            super().__init__()
            self.requests: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

        def generate_until(self, requests: list[Any]) -> list[str]:
            self.requests = [request.args for request in requests]
            return [reply_to(prompt) for prompt, _, _ in self.requests]

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            raise NotImplementedError

    model = Listener()
    found = simple_evaluate(
        model=model,
        tasks=["quickstart"],
        task_manager=TaskManager(include_path=str(data.PACKAGED), include_defaults=False),
        bootstrap_iters=0,
    )
    assert found is not None
    return {"results": found["results"], "samples": found["samples"], "requests": model.requests}


def test_every_task_and_item_runs(run: dict[str, Any]) -> None:
    assert set(TASKS) <= set(run["results"])
    assert {task: len(run["samples"][task]) for task in TASKS} == dict.fromkeys(TASKS, 12)


def test_each_prompt_has_one_audio_mark_and_its_own_lazy_clip(run: dict[str, Any]) -> None:
    clips = set()
    for prompt, generation, extra in run["requests"]:
        assert prompt.count("<audio>") == 1
        assert prompt.strip() == prompt
        assert (generation["until"], generation["do_sample"]) == ([], False)
        (clip,) = extra["audio"]
        clips.add(clip.path)
    assert len(clips) == 60
    assert clip["sampling_rate"] == 16000
    assert clip["array"].ndim == 1


@pytest.mark.parametrize("task", TASKS)
def test_values_are_those_of_our_own_scoring(run: dict[str, Any], task: str) -> None:
    samples = run["samples"][task]
    ours = [scoring.score(s["doc"], s["filtered_resps"][0], None).metrics for s in samples]
    for metric in ours[0]:
        value = METRICS[metric].aggregate([item[metric]["strict"].stats or {} for item in ours])
        assert run["results"][task][f"{metric},none"] == value
    assert len({str(item) for item in ours}) > 1, "the made-up replies must not all score alike"
