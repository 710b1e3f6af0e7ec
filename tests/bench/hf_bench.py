"""``hf:`` against a bare loop of processor and ``generate``: what the harness costs a local checkpoint.

The checkpoint is the tiny Qwen2-Audio, widened until a batch of the size that suits the bare loop best takes at least
300 ms, so that what is measured is the work of a model and not of Python. Both sides answer the same 300 clips of
mixed length with batches of that size, greedily, 16 tokens each; the bare loop in the order of the clips. Loading is on neither side's clock, writing the
records is on ours. Pairs alternate, each side in a process of its own.

    python -m tests.bench.hf_bench bare|harness CHECKPOINT CLIPS BATCH_SIZE [RUN_DIR]

is one side: it prints its seconds. ``benchmarks.gpu`` sets both sides next to each other on a GPU.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

CLIPS = 300
FEW = 64
TOKENS = 16
LEAST_SECONDS = 0.3
WIDTHS = (128, 256, 384, 512, 768, 1024)
SIZES = (1, 2, 4, 8, 16, 32)
RUNS = 5
QUESTION = "What is number {number}?"


def bench_hf(folder: Path) -> None:
    """Seconds of the bare loop over those of the harness; 1 is no cost at all."""
    from tests.bench.figures import show

    clips = write_clips(folder / "clips", CLIPS)
    checkpoint, width, best, seconds = widened(folder)
    ratios, bare, ours = [], [], []
    for number in range(RUNS):
        bare.append(one("bare", checkpoint, clips, best))
        ours.append(one("harness", checkpoint, clips, best, folder / f"run-{number}"))
        ratios.append(bare[-1] / ours[-1])
    median = statistics.median
    name = f"hf:, {CLIPS} clips of 1 to 30 s, hidden size {width}, batches of {best}"
    show(f"{name}: bare over harness", f"{median(ratios):.3f}", "bar at least 1.0")
    show("  (lowest and highest pair)", f"{min(ratios):.2f} {max(ratios):.2f}", "")
    show("  seconds of the bare loop, of the harness", f"{median(bare):.1f} {median(ours):.1f}", "")
    show(f"  a batch of {best} takes", f"{seconds:.2f} s", f"bar at least {LEAST_SECONDS} s")


def write_clips(folder: Path, count: int) -> Path:
    """Clips of 1 to 30 s at 16 kHz, lengths mixed and always the same."""
    import soundfile

    folder.mkdir()
    generator = np.random.default_rng(0)
    for number in range(count):
        samples = generator.standard_normal(int(generator.uniform(1, 30) * 16_000)) * 0.1
        soundfile.write(folder / f"{number:03}.wav", samples.astype(np.float32), 16_000)
    return folder


def widened(folder: Path) -> tuple[Path, int, int, float]:
    """A checkpoint whose batches take long enough: where it is, its width, its best batch size, seconds of a batch."""
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    few = write_clips(folder / "few", FEW)
    for width in WIDTHS:
        checkpoint = build_tiny_qwen2_audio(folder / f"checkpoint-{width}", width=width)
        trials = {size: one("bare", checkpoint, few, size) for size in SIZES}
        best = min(trials, key=lambda size: trials[size])
        seconds = trials[best] * best / FEW
        if seconds >= LEAST_SECONDS:
            break
    return checkpoint, width, best, seconds


def one(side: str, checkpoint: Path, clips: Path, size: int, *more: Path) -> float:
    """Seconds of one side, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.hf_bench", side, checkpoint, clips, size, *more]
    done = subprocess.run(
        list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return float(done.stdout.split()[-1])


def bare(
    checkpoint: str,
    clips: Sequence[Path],
    size: int,
    device: str = "cpu",
    dtype: str = "float32",
) -> float:
    """What a careful user would write."""
    import soundfile
    import torch
    import transformers

    processor = transformers.AutoProcessor.from_pretrained(checkpoint)
    processor.tokenizer.padding_side = "left"
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    model_class = getattr(transformers, config.architectures[0])
    model = model_class.from_pretrained(checkpoint, dtype=getattr(torch, dtype)).to(device)
    model.eval()

    def answer(paths: Sequence[Path], first: int) -> list[str]:
        chats = [
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "audio", "audio": soundfile.read(path, dtype="float32")[0]},
                        {"type": "text", "text": QUESTION.format(number=first + number)},
                    ],
                }
            ]
            for number, path in enumerate(paths)
        ]
        inputs = processor.apply_chat_template(
            chats,
            tokenize=True,
            return_dict=True,
            add_generation_prompt=True,
            processor_kwargs={"text_kwargs": {"padding": True}, "return_tensors": "pt"},
        ).to(device, dtype=model.dtype)
        with torch.inference_mode():
            rows = model.generate(**inputs, max_new_tokens=TOKENS, do_sample=False)
        texts: list[str] = processor.batch_decode(
            rows[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
        return texts

    answer(clips[:1], 0)  # what happens only once
    started = time.perf_counter()
    for start in range(0, len(clips), size):
        answer(clips[start : start + size], start)
    return time.perf_counter() - started


def harness(
    checkpoint: str,
    clips: Sequence[Path],
    size: int,
    run: Path,
    device: str = "cpu",
    dtype: str = "float32",
) -> float:
    """``harness evaluate``, from the open model to the last recorded item."""
    from harness.evaluation.runner import Runner

    seconds: list[float] = []
    original = Runner.run

    async def timed(self: Any, items: Any) -> None:
        started = time.perf_counter()
        await original(self, items)
        seconds.append(time.perf_counter() - started)

    Runner.run = timed  # type: ignore[method-assign]
    try:
        evaluated(checkpoint, clips, size, run, device=device, dtype=dtype)
    finally:
        Runner.run = original  # type: ignore[method-assign]
    return seconds[0]


def evaluated(
    checkpoint: str, clips: Sequence[Path], size: int, run: Path, tokens: int = TOKENS, **given: Any
) -> None:
    """Run the toy task over clips, with model arguments as given."""
    from harness.evaluation.evaluate import evaluate
    from harness.settings import Settings
    from tests.support.runs.toy import TOY

    os.environ["TOY_ITEMS"], os.environ["TOY_AUDIO"] = str(len(clips)), str(clips[0].parent)
    settings = Settings(
        f"hf:{checkpoint}",
        ("toy",),
        run,
        model_args=given,
        batch_size=size,
        gen_kwargs={"max_gen_toks": tokens},
        include_path=(TOY,),
        trust_task_code=True,
    )
    ended = evaluate(settings, ["harness"], "quiet")
    if ended.exit_code != 0:
        raise SystemExit(f"the run ended with {ended.exit_code}: {ended.note}")


if __name__ == "__main__":
    side, checkpoint, folder, size = sys.argv[1:5]
    paths = sorted(Path(folder).iterdir())
    if side == "bare":
        print(bare(checkpoint, paths, int(size)))
    else:
        print(harness(checkpoint, paths, int(size), Path(sys.argv[5])))
