"""``python:``: the user's class, here and in an environment of its own; noise, hangs and deaths of its process."""

from __future__ import annotations

import ast
import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError, UsageError
from harness.types import Adapter, Audio, Generation, Message, Request, Response, Text
from model_adapters.conformance import AdapterConformance
from model_adapters.python import worker as python_worker
from model_adapters.registry import create
from tests.support import clips
from tests.support.command import start
from tests.support.environment import make_environment
from tests.support.runs.toy import jsonl

GOOD = """
import numpy as np

class Model:
    sampling_rate = 8000
    max_clips = 3

    def load(self, prefix="heard"):
        self.prefix = prefix

    def generate(self, messages, audio, generation):
        words = [self.prefix]
        words += ["%.3f@%d" % (np.abs(samples).sum(), rate) for samples, rate in audio]
        words += [word for m in messages for word in (m["role"] + ": " + m["content"]).split(" ")]
        most = generation.get("max_new_tokens", 100)
        for samples, _ in audio:
            samples *= 0  # it may do with them what it likes
        return {"text": " ".join(words[:most]), "finish": "length" if most < len(words) else "stop"}
"""

ODD = '''
import json, os, subprocess, sys, time

class Noisy:
    def generate(self, messages, audio):
        print("to stdout", flush=True)
        os.write(1, b"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x05raw bytes")
        sys.stderr.write("to stderr\\n")
        return "answer " + messages[-1]["content"]

class Parts:
    audio_mark = None
    def generate(self, messages, audio):
        return json.dumps(messages)

class Marked:
    audio_mark = "<|AUDIO|>"
    def generate(self, messages, audio):
        return messages[-1]["content"]

class Batched:
    batch = True
    def load(self):
        self.sizes = []
    def generate(self, messages, audio, generation):
        self.sizes.append(len(messages))
        texts = [m[-1]["content"] for m in messages]
        if "poison" in " ".join(texts):
            raise ValueError("poisoned")
        return [f"{self.sizes} {text} {generation['top_k']}" for text in texts]

class Short:
    batch = True
    def generate(self, messages, audio):
        return ["one"] * (len(messages) - 1) if len(messages) > 1 else ["alone"]

class Returns:
    """Gives back what the prompt says, as Python."""
    audio_mark = ""
    def generate(self, messages, audio):
        return eval(messages[-1]["content"])

class Seeded:
    def generate(self, messages, audio, **options):
        return str(options["generation"].get("seed"))

class Thinks:
    def generate(self, messages, audio):
        return "<think>a bark</think>dog. END of it"

class Dies:
    def load(self, at="generate", code=7):
        self.at, self.code = at, code
        if at == "load":
            os._exit(code)
        if at == "error":
            raise OSError("no weights at all")
    def generate(self, messages, audio):
        print("about to die", flush=True)
        if self.code < 0:
            os.kill(os.getpid(), -self.code)
        os._exit(self.code)

class Hangs:
    def load(self, mark):
        self.mark = mark
    def generate(self, messages, audio):
        other = subprocess.Popen(["sleep", "600"])
        with open(self.mark + ".new", "w") as file:
            file.write("%d %d" % (os.getpid(), other.pid))
        os.rename(self.mark + ".new", self.mark)
        time.sleep(600)

class Env:
    def generate(self, messages, audio):
        found = {}
        for name in ("numpy", "soundfile", "harness", "registry"):
            try:
                __import__(name)
                found[name] = True
            except ImportError:
                found[name] = False
        return json.dumps({"prefix": sys.prefix, **found})

class Named:
    def load(self, weights="w", fingerprint=""):
        self.fingerprint = fingerprint
    def generate(self, messages, audio):
        return "x"

def shout(text):
    return text.upper()

class Spawns:
    def generate(self, messages, audio):
        import multiprocessing
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(shout, (messages[-1]["content"],))

class AsStored:
    sampling_rate = None
    def generate(self, messages, audio):
        return repr([(len(samples), rate) for samples, rate in audio])

class NoLoad:
    def generate(self, messages, audio):
        return "x"
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "good_model.py").write_text(GOOD)
    (folder / "odd_models.py").write_text(ODD)
    (folder / "broken_model.py").write_text("import no_such_dependency\n")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second virtual environment that has numpy, and nothing else of ours."""
    return make_environment(tmp_path_factory.mktemp("environment"))


Make = Callable[..., Adapter]


@pytest.fixture(params=["here", "child"])
def make(request: pytest.FixtureRequest, folder: Path) -> Iterator[Make]:
    """Makes an adapter in this process, and in a child; both must do the same."""
    made: list[Adapter] = []

    def make(target: str, **arguments: Any) -> Adapter:
        if request.param == "child":
            arguments["python"] = arguments.get("python", sys.executable)
        made.append(create(f"python:{target}", {"path": str(folder), **arguments}))
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()


def request(text: str = "what?", *audio: Audio, system: str = "", **generation: Any) -> Request:
    messages = (Message("user", (*audio, Text(text))),)
    if system:
        messages = (Message("system", (Text(system),)), *messages)
    return Request(text, messages, Generation.from_arguments(generation))


def answer(adapter: Adapter, *args: Any, **kwargs: Any) -> Response:
    (response,) = adapter.generate_batch([request(*args, **kwargs)])
    return response


def text(adapter: Adapter, *args: Any, **kwargs: Any) -> str:
    response = answer(adapter, *args, **kwargs)
    assert response.error is None, response.error
    return str(response.text)


# --- the interface -----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["here", "child"])
def suite(
    request: pytest.FixtureRequest, folder: Path, environment: Path
) -> Iterator[AdapterConformance]:
    arguments = {"path": str(folder)}
    if request.param == "child":
        arguments["python"] = str(environment)
    with AdapterConformance(lambda: create("python:good_model:Model", arguments)) as suite:
        yield suite


@pytest.mark.parametrize("check", AdapterConformance.CHECKS)
def test_conformance(suite: AdapterConformance, check: str) -> None:
    suite.run(check)


def test_here_and_there_give_the_same(folder: Path, environment: Path) -> None:
    clip = clips.ref(clips.speech_like(0.7), "voice.wav")
    found = []
    for extra in ({}, {"python": str(environment)}, {"python": f"{environment}/bin/python"}):
        adapter = create("python:good_model:Model", {"path": str(folder), "prefix": "p", **extra})
        info = adapter.open()
        found.append(
            (info.fingerprint, info.sampling_rate, info.max_clips, text(adapter, "a", clip))
        )
        adapter.close()
    assert found[0] == found[1] == found[2]
    assert found[0][1:3] == (8000, 3)


def test_the_class_lives_in_its_own_environment(
    folder: Path, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither our packages nor the modules beside the worker are importable there."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    adapter = create("python:odd_models:Env", {"path": str(folder), "python": str(environment)})
    adapter.open()
    found = json.loads(text(adapter))
    adapter.close()
    assert found == {
        "prefix": str(environment),
        "numpy": True,
        "soundfile": False,
        "harness": False,
        "registry": False,
    }


def test_shapes_of_messages(make: Make) -> None:
    clip = clips.ref(clips.tone(0.1))
    spoken = (Message("user", (Text("A "), clip, Text(" B"))),)
    for name, wanted in (("Marked", "A <|AUDIO|> B"), ("Noisy", "answer A <audio> B")):
        adapter = make(f"odd_models:{name}")
        adapter.open()
        assert adapter.generate_batch([Request("k", spoken)])[0].text == wanted
    adapter = make("odd_models:Parts")
    adapter.open()
    system = (Message("system", (Text("be brief"),)), *spoken)
    assert json.loads(str(adapter.generate_batch([Request("k", system)])[0].text)) == [
        {"role": "system", "content": [{"type": "text", "text": "be brief"}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "A "},
                {"type": "audio"},
                {"type": "text", "text": " B"},
            ],
        },
    ]


def test_samples_arrive_as_they_are(make: Make) -> None:
    samples = clips.noise(0.05, seed=3)
    adapter = make("odd_models:Returns")
    adapter.open()
    asked = (
        "repr([(s.dtype.str, s.shape, s.flags.writeable, s.tobytes().hex(), r) for s, r in audio])"
    )
    found = ast.literal_eval(text(adapter, asked, clips.ref(samples)))
    wanted = AudioRef(clips.encoded(samples)).decode(16_000)
    assert found == [("<f4", wanted.shape, True, wanted.tobytes().hex(), 16_000)]


def test_clips_may_come_at_their_own_rate(make: Make) -> None:
    adapter = make("odd_models:AsStored")
    assert adapter.open().sampling_rate is None
    spoken = [clips.ref(clips.tone(0.5, rate=rate), rate=rate) for rate in (44_100, 8000)]
    assert text(adapter, "?", *spoken) == "[(22050, 44100), (4000, 8000)]"


def test_noise_does_not_reach_the_replies(make: Make) -> None:
    adapter = make("odd_models:Noisy")
    adapter.open()
    assert [text(adapter, f"{i}") for i in range(20)] == [f"answer {i}" for i in range(20)]


def test_stop_strings_and_reasoning(make: Make) -> None:
    adapter = make("odd_models:Thinks")
    adapter.open()
    response = answer(adapter, until=["END", "never"])
    assert (response.text, response.reasoning, response.finish) == ("dog. ", "a bark", "stop")
    assert answer(adapter, until="dog").text == ""


def test_batches(make: Make) -> None:
    """One call for requests with the same generation arguments; after an exception, one by one."""
    adapter = make("odd_models:Batched")
    adapter.open()
    requests = [
        request(name, temperature=0.5, top_k=k) for name, k in (("a", 1), ("b", 2), ("c", 1))
    ]
    replies = [response.text for response in adapter.generate_batch(requests)]
    assert replies == ["[2] a 1", "[2, 1] b 2", "[2] c 1"]
    poisoned = [request(name, temperature=0.5, top_k=1) for name in ("a", "poison", "c")]
    first, bad, last = adapter.generate_batch(poisoned)
    assert bad.error is not None and "ValueError: poisoned" in bad.error.message
    assert str(first.text).endswith("a 1") and str(last.text).endswith("c 1")


def test_a_seed_is_moved_by_the_repeat(make: Make) -> None:
    adapter = make("odd_models:Seeded")
    adapter.open()
    messages = (Message("user", (Text("x"),)),)
    asked = [Request("k", messages, Generation(seed=5), repeat=repeat) for repeat in (0, 2)]
    replies = adapter.generate_batch([*asked, Request("k", messages, repeat=2)])
    assert [response.text for response in replies] == ["5", "7", "None"]


def test_a_batch_that_loses_a_reply_is_asked_again(make: Make) -> None:
    adapter = make("odd_models:Short")
    adapter.open()
    replies = adapter.generate_batch([request("a"), request("b")])
    assert [response.text for response in replies] == ["alone", "alone"]


# --- failures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("None", "returned NoneType"),
        ("b'x'", "returned bytes"),
        ("{'texts': 'x'}", "unknown keys texts"),
        ("{'finish': 'stop'}", "no text"),
        ("{'text': 'x', 'finish': 'eos'}", "finish 'eos', expected one of stop"),
        ("{'text': 'x', 'extra': {'y': object()}}", "not JSON serializable"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("[][3]", r"IndexError: list index out of range"),
    ],
)
def test_what_a_class_returns_wrongly_is_an_error_of_that_request(
    make: Make, returned: str, message: str
) -> None:
    adapter = make("odd_models:Returns")
    adapter.open()
    good, bad, after = adapter.generate_batch([request("'g'"), request(returned), request("'a'")])
    assert (good.text, after.text) == ("g", "a")
    assert bad.text is None and bad.error is not None
    assert bad.error.kind == "request" and message in bad.error.message


def test_lack_of_memory_has_its_own_kind(make: Make) -> None:
    adapter = make("odd_models:Returns")
    adapter.open()
    error = answer(adapter, "(_ for _ in ()).throw(MemoryError())").error
    assert error is not None and error.kind == "memory"


@pytest.mark.parametrize(
    ("target", "arguments", "message"),
    [
        ("no_such_module_here:Model", {}, "-M path=FOLDER says where"),
        ("broken_model:Model", {}, "No module named 'no_such_dependency'"),
        ("good_model:Modle", {}, "Modle"),
        ("good_model:Model", {"prefx": "x"}, "prefx"),
        ("odd_models:NoLoad", {"x": 1}, "has no load"),
        ("odd_models:Dies", {"at": "error"}, "OSError: no weights at all"),
    ],
)
def test_a_model_that_does_not_load(
    make: Make, target: str, arguments: dict[str, Any], message: str
) -> None:
    adapter = make(target, **arguments)
    with pytest.raises(AdapterError) as caught:
        adapter.open()
    assert message in str(caught.value)
    assert caught.value.where == f"python:{target}"
    adapter.close()


@pytest.mark.parametrize(("code", "how"), [(7, "exit code 7"), (-9, "SIGKILL"), (-11, "SIGSEGV")])
def test_the_death_of_the_process_shows_what_it_printed(folder: Path, code: int, how: str) -> None:
    arguments = {"path": str(folder), "python": sys.executable, "code": code}
    adapter = create("python:odd_models:Dies", arguments)
    adapter.open()
    with pytest.raises(AdapterError, match=how) as caught:
        answer(adapter)
    assert "about to die" in str(caught.value)
    with pytest.raises(AdapterError, match=how):
        answer(adapter)
    adapter.close()
    adapter.close()


def test_death_while_loading(folder: Path) -> None:
    arguments = {"path": str(folder), "python": sys.executable, "at": "load"}
    adapter = create("python:odd_models:Dies", arguments)
    with pytest.raises(AdapterError, match="exit code 7"):
        adapter.open()
    adapter.close()


def test_an_interpreter_that_is_none(folder: Path, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho not python at all >&2\nexit 3\n")
    fake.chmod(0o755)
    adapter = create("python:good_model:Model", {"path": str(folder), "python": str(fake)})
    with pytest.raises(AdapterError, match=r"exit code 3\n.*\n  not python at all"):
        adapter.open()
    adapter.close()


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("good_model", {}),
        ("good_model.py:Model", {"path": "/nowhere"}),
        ("good_model:Model:x", {}),
        ("good-model:Model", {}),
        ("good_model:Model", {"python": "/nowhere/bin/python"}),
        ("good_model:Model", {"python": "no-such-command"}),
        ("good_model:Model", {"path": True}),
    ],
)
def test_wrong_arguments_are_found_before_anything_loads(
    target: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        create(f"python:{target}", arguments)


# --- processes ---------------------------------------------------------------------------------


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_close_kills_a_process_that_hangs(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    arguments = {"path": str(folder), "python": sys.executable, "mark": str(mark)}
    adapter = create("python:odd_models:Hangs", arguments)
    adapter.open()
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            answer(adapter)
        except AdapterError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(mark.exists)
    adapter.close()
    thread.join(20)
    assert not thread.is_alive() and len(caught) == 1
    assert not any(running(int(pid)) for pid in mark.read_text().split())


@pytest.mark.parametrize("signal", ["INT", "KILL"])
def test_a_hang_ends_with_the_command(folder: Path, tmp_path: Path, signal: str) -> None:
    import signal as signals

    mark, run = tmp_path / "mark", tmp_path / "run"
    arguments = f"path={folder},python={sys.executable},mark={mark}"
    command = ("evaluate", "python:odd_models:Hangs", "-M", arguments)
    process = start(*command, "-t", "quickstart_choice", "-L", "2", "-o", run)
    wait_for(mark.exists, 60)
    process.send_signal(signals.Signals[f"SIG{signal}"])
    process.communicate(timeout=60)
    assert process.returncode == {"INT": 130, "KILL": -9}[signal]
    wait_for(lambda: not any(running(int(pid)) for pid in mark.read_text().split()))


def test_a_model_may_spawn_processes(folder: Path, environment: Path) -> None:
    """As engines do (vLLM): a spawned process runs the main file of its parent once more."""
    arguments = {"path": str(folder), "python": str(environment)}
    adapter = create("python:odd_models:Spawns", arguments)
    adapter.open()
    assert text(adapter, "aloud") == "ALOUD"
    adapter.close()


def test_nothing_stays_open(folder: Path) -> None:
    def descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for target in ("good_model:Model", "odd_models:Dies"):
        adapter = create(f"python:{target}", {"path": str(folder), "python": sys.executable})
        adapter.open()
        adapter.close()
    assert descriptors() <= before


# --- identity ----------------------------------------------------------------------------------


def test_the_fingerprint_is_source_arguments_and_weights(folder: Path, tmp_path: Path) -> None:
    def fingerprint(target: str = "odd_models:Named", **arguments: Any) -> str:
        path = arguments.pop("path", folder)
        adapter = create(
            f"python:{target}", {"path": str(path), "python": sys.executable, **arguments}
        )
        try:
            return adapter.open().fingerprint
        finally:
            adapter.close()

    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text("1")
    first = fingerprint(weights=str(weights))
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "odd_models.py").write_text(ODD)
    weights.rename(tmp_path / "moved")
    assert fingerprint(weights=str(tmp_path / "moved"), path=copy) == first
    (tmp_path / "moved" / "config.json").write_text("22")
    changed = fingerprint(weights=str(tmp_path / "moved"))
    (copy / "odd_models.py").write_text(ODD + "\n# edited\n")
    others = [fingerprint(), fingerprint(path=copy), fingerprint(fingerprint="v2"), changed]
    assert len({first, *others}) == 5


def test_the_worker_is_written_for_python_3_8() -> None:
    source = Path(python_worker.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    assert imported <= {*sys.stdlib_module_names, "numpy"}


def test_an_evaluation_with_the_second_environment(
    folder: Path, environment: Path, tmp_path: Path, cli: Any
) -> None:
    arguments = f"path={folder},python={environment}"
    command = ("evaluate", "python:good_model:Model", "-M", arguments, "-t", "quickstart_choice")
    found = cli(*command, "-L", "3", "-o", tmp_path / "run", "-q")
    assert found.code == 0, found.err
    samples = jsonl(tmp_path / "run" / "samples.jsonl")
    assert len(samples) == 3 and len({sample["response"] for sample in samples}) == 3
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["model"]["fingerprint"].startswith("python:good_model:Model:")


def test_the_process_starts_without_our_packages(folder: Path) -> None:
    code = "import sys, runpy; sys.modules['numpy'] = None; runpy.run_path(sys.argv[1])"
    subprocess.run([sys.executable, "-I", "-c", code, python_worker.__file__], check=True)
