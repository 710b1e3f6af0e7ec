"""Prints where the module's inputs differ from those of upstream's evaluation script, over a tiny checkpoint.

Arguments: the worker's file and the folder of the modules, as the harness hands them to a child.
"""

import importlib
import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile
import torch

worker, folder = sys.argv[1:]
runpy.run_path(worker, run_name="worker")["stand_alone"]("model_adapters.contrib", folder)
model = importlib.import_module("model_adapters.contrib.llaso").LLaSO()
model.load(checkpoint="checkpoint", audio_tower="whisper", device="cpu")
script = importlib.import_module("llaso.evaluation.model_eval")
generator = np.random.default_rng(0)
clips = [0.1 * generator.standard_normal(n).astype("float32") for n in (16_000, 61 * 16_000)]
for number, clip in enumerate(clips):
    soundfile.write(f"{number}.wav", clip, 16_000, subtype="FLOAT")
NAMES = {
    "inputs": "input_ids",
    "attention_mask": "attention_mask",
    "position_ids": "position_ids",
    "input_features": "input_features",
    "features_mask": "features_mask",
}
found = []
for text, chosen in (
    ("<audio>\nWhat is it?", [0]),
    ("What is said? <audio>", [1]),
    ("<audio>", [0]),
    ("a <audio> b <audio> “c”", [1, 0]),
):
    turns = [{"from": "human", "value": text}, {"from": "gpt", "value": "A dog barks."}]
    item = {"voice": [f"{number}.wav" for number in chosen], "conversations": turns}
    Path("data.json").write_text(json.dumps([item]))
    arguments = script.args()
    arguments.data_path, arguments.audio_processor = "data.json", model.processor
    module = script.make_supervised_data_module(
        model.tokenizer, arguments, SimpleNamespace(mm_use_audio_start_end=True)
    )
    theirs = module["data_collator"]([module["train_dataset"][0]])
    spoken = [(clips[number], 16_000) for number in chosen]
    waiting = iter(spoken)
    parts = [piece for word in text.split("<audio>") for piece in (word, next(waiting, ""))]
    ours = model.inputs(torch, model.prompt(None, [part for part in parts if part != ""]), spoken)
    for name, other in NAMES.items():
        wanted = theirs[other].bfloat16() if name == "input_features" else theirs[other]
        if not torch.equal(ours[name], wanted):
            found.append([text, name])
print(json.dumps({"checked": len(NAMES) * 4, "different": found}))
