"""The parts of the check of a GPU, each a process of its own that prints one line of JSON.

    python -m benchmarks.gpu.parts NAME FOLDER DEVICE QUICK [FAMILY SIZE]

What a part found is a mapping; ``missed`` in it names what should not be so, and is empty where all is well. Checkpoints, clips and runs
lie in FOLDER.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.bench import hf_bench
from tests.support.models import tiny_models
from tests.support.runs.toy import jsonl, timeless, write_tone

FAMILIES: Final[Mapping[str, Callable[..., Path]]] = {
    "qwen2_audio": tiny_models.build_tiny_qwen2_audio,
    "audio_flamingo_3": tiny_models.build_tiny_audio_flamingo,
    "glm_asr": tiny_models.build_tiny_glm_asr,
}
SIZES: Final = {"tiny": (64, 2), "medium": (1024, 8)}
"""Width and layers of encoder and decoder: 0.3 million, and some 150 million parameters."""


class Amounts(NamedTuple):
    """How much is asked.

    Attributes:
        texts: clips whose greedy text is compared.
        tokens: of each answer.
        loop: clips of the comparison with the bare loop.
        batch: their batch size.
        batches: batch sizes in half precision.
        passes: of either side of that comparison, of which the last one counts: the first pays for what a device does only once.
    """

    texts: int
    tokens: int
    loop: int
    batch: int
    batches: tuple[int, ...]
    passes: int


FULL: Final = Amounts(16, 24, 128, 16, (1, 8, 32), 2)
QUICK: Final = Amounts(4, 6, 4, 2, (1, 4), 1)


class Place(NamedTuple):
    """Where a part works, and on what.

    Attributes:
        folder: for checkpoints, clips and runs.
        device: that is looked at.
        amounts: how much is asked.
        family: of the checkpoint.
        size: of the checkpoint.
    """

    folder: Path
    device: str
    amounts: Amounts
    family: str
    size: str

    @property
    def checkpoint(self) -> str:
        """Its folder."""
        return str(self.folder / "checkpoints" / f"{self.family}-{self.size}")

    @property
    def noise(self) -> list[Path]:
        """Clips of 1 to 30 s, for times."""
        return sorted((self.folder / "noise").iterdir())

    @property
    def tones(self) -> list[Path]:
        """Clips that differ as much as clips can, for texts."""
        return sorted((self.folder / "tones").iterdir())

    def run(self, name: str) -> Path:
        """A run directory."""
        return self.folder / "runs" / f"{name}-{self.family}-{self.size}"


def environment(place: Place) -> dict[str, Any]:
    """Versions, device and what it is able to do."""
    import torch
    import transformers

    found: dict[str, Any] = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "processors": os.cpu_count(),
        "device": place.device,
        "missed": [],
    }
    if place.device.startswith("cuda"):
        properties = torch.cuda.get_device_properties(place.device)
        found |= {
            "device": properties.name,
            "memory_gb": round(properties.total_memory / 2**30, 1),
            "capability": f"{properties.major}.{properties.minor}",
            "cuda": torch.version.cuda,
        }
    return found


def build(place: Place) -> dict[str, Any]:
    """Write the clips and one checkpoint."""
    if not (place.folder / "noise").exists():
        hf_bench.write_clips(place.folder / "noise", place.amounts.loop)
        (place.folder / "tones").mkdir()
        for number in range(place.amounts.texts):
            name = place.folder / "tones" / f"{number:03}.wav"
            write_tone(name, seconds=2 + 3.7 * number % 27, frequency=110 * 1.35**number)
    width, layers = SIZES[place.size]
    FAMILIES[place.family](place.checkpoint, width=width, layers=layers)
    weights = sum(path.stat().st_size for path in Path(place.checkpoint).glob("*.safetensors"))
    return {"million_parameters": round(weights / 4e6, 1), "missed": []}


def texts(place: Place) -> dict[str, Any]:
    """Compare the greedy text of the device with that of the CPU, in float32."""
    found = {}
    for device in ("cpu", place.device):
        run = place.run(f"text-{device.replace(':', '-')}")
        if not run.exists():
            given = {"device": device, "dtype": "float32"}
            hf_bench.evaluated(place.checkpoint, place.tones, 4, run, place.amounts.tokens, **given)
        found[device] = replies(run)
    here, there = found["cpu"], found[place.device]
    differing = sorted(name for name in here if here[name] != there.get(name))
    missed = [f"{len(differing)} of {len(here)} texts differ"] if differing else []
    if len(set(here.values())) < 2:
        missed.append("all texts are the same, so the comparison says nothing")
    return {
        "items": len(here),
        "same": len(here) - len(differing),
        "distinct": len(set(here.values())),
        "differing": {name: [here[name], there.get(name)] for name in differing[:3]},
        "missed": missed,
    }


def batches(place: Place) -> dict[str, Any]:
    """Answer the same clips in bfloat16 at several batch sizes: all are answered, the rate, and how many texts change with the batch."""
    clips = place.noise
    rates, same, answered = {}, {}, {}
    first: dict[str, str | None] = {}
    for size in place.amounts.batches:
        run = place.run(f"bfloat16-{size}")
        seconds = hf_bench.harness(place.checkpoint, clips, size, run, place.device, "bfloat16")
        found = replies(run)
        first = first or found
        rates[size] = round(len(clips) / seconds, 1)
        answered[size] = sum(text is not None for text in found.values())
        same[size] = sum(first[name] == text for name, text in found.items())
    missed = [
        f"{len(clips) - count} of {len(clips)} are not answered in batches of {size}"
        for size, count in answered.items()
        if count != len(clips)
    ]
    return {
        "items": len(clips),
        "items_per_second": rates,
        "same_text_as_in_the_first": same,
        "missed": missed,
    }


def bare(place: Place) -> dict[str, Any]:
    """Time the bare loop; see ``side``."""
    return side(place, "bare")


def ours(place: Place) -> dict[str, Any]:
    """Time ``hf:``; see ``side``."""
    return side(place, "harness")


def side(place: Place, which: str) -> dict[str, Any]:
    """Time one side of ``hf:`` against the bare loop, and its peak memory."""
    clips = place.noise
    dtype = "bfloat16" if place.device.startswith("cuda") else "float32"
    seconds = 0.0
    for number in range(place.amounts.passes):
        if which == "bare":
            seconds = hf_bench.bare(
                place.checkpoint, clips, place.amounts.batch, place.device, dtype
            )
        else:
            run = place.run(f"loop-{number}")
            seconds = hf_bench.harness(
                place.checkpoint, clips, place.amounts.batch, run, place.device, dtype
            )
    return {"seconds": round(seconds, 3), "peak_mb": peak_megabytes(place.device), "missed": []}


def peak_megabytes(device: str) -> int:
    """Most memory that this process had: of the device, or of the machine where that is the device."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_allocated(device) / 2**20)
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def replicas(place: Place) -> dict[str, Any]:
    """Compare two replicas on one card, by both commands that ask for them, with one process: the same bytes, and the seconds of each."""
    clips = place.tones
    cuda = place.device.startswith("cuda")
    name = place.device.partition(":")[2] or "0" if cuda else "cpu"
    share = ("--gpus-per-replica", "0.5") if cuda else ()
    # a replica by --gpus-per-replica is on the card that Ray gives it
    ways: dict[str, tuple[str, ...]] = {
        "one process": ("-M", f"device={place.device}"),
        "devices": ("-M", f"devices={name},{name}"),
        "ray": ("--executor", "ray", "--replicas", "2", *share, "-M", f"device={place.device}"),
    }
    seconds, found = {}, {}
    for way, more in ways.items():
        run = place.run(f"replicas-{way.replace(' ', '-')}")
        seconds[way] = round(command(place, run, len(clips), clips[0].parent, *more), 1)
        found[way] = timeless(run)
    others = [way for way in found if found[way] != found["one process"]]
    missed = [f"other results than one process: {', '.join(others)}"] if others else []
    return {"items": len(clips), "seconds": seconds, "differing": others, "missed": missed}


def command(place: Place, run: Path, items: int, clips: Path, *more: str) -> float:
    """Seconds of ``harness evaluate`` as a user types it."""
    import subprocess

    from tests.support.runs.toy import evaluate_arguments

    words = evaluate_arguments(
        f"hf:{place.checkpoint}", run, "-M", "dtype=float32", "--batch-size", "4", "--quiet", *more
    )
    words += ("--gen-kwargs", f"max_new_tokens={place.amounts.tokens}")
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "harness", *map(str, words)],
        env={**os.environ, "TOY_ITEMS": str(items), "TOY_AUDIO": str(clips)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the run ended with {done.returncode}: {done.stdout[-1000:]}")
    return time.perf_counter() - started


def replies(run: Path) -> dict[str, str | None]:
    """Text of every item, ``None`` where there is none."""
    return {line["id"]: line["response"] for line in jsonl(run / "responses.jsonl")}


PARTS: Final[Mapping[str, Callable[[Place], dict[str, Any]]]] = {
    "environment": environment,
    "build": build,
    "texts": texts,
    "batches": batches,
    "bare": bare,
    "ours": ours,
    "replicas": replicas,
}


def main() -> None:
    """Run one part."""
    name, folder, device, quick, family, size = sys.argv[1:]
    place = Place(Path(folder), device, QUICK if quick == "quick" else FULL, family, size)
    print(json.dumps(PARTS[name](place)))


if __name__ == "__main__":
    main()
