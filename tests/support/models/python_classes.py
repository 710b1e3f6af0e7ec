"""Classes that ``python:`` runs, good and odd ones, and requests to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.types import Adapter, Audio, Generation, Message, Request, Response, Text

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


Make = Callable[..., Adapter]


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
