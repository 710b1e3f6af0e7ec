"""Writes a tiny checkpoint of LLaSO-Base with random weights into the current folder.

Its config names an audio tower that does not exist, as the published one does.
"""

import json
from pathlib import Path

import torch
from llaso.model.language_model.llava_llama import LlavaConfig, LlavaLlamaForCausalLM
from tiny_parts import llama_sizes, llama_tokenizer, sampling_config, write_whisper

write_whisper(Path("whisper"), 128)
marks = ["<Audio>", "</Audio>", "<audio_start>", "<audio_end>"]
tokenizer = llama_tokenizer(marks, pad_token="<unk>", unk_token="<unk>", model_max_length=2048)
tokenizer.save_pretrained("checkpoint")
config = LlavaConfig(
    **llama_sizes(tokenizer),
    mm_audio_tower="whisper",
    mm_audio_select_layer=-1,
    mm_audio_select_feature="patch",
    mm_audio_hidden_size=64,
    audio_projector_type="mlp2x_gelu",
    language="English",
    task="transcribe",
    local_files_only=False,
)
torch.manual_seed(0)
model = LlavaLlamaForCausalLM(config).to(torch.bfloat16)
model.generation_config = sampling_config(tokenizer)
model.save_pretrained("checkpoint")
path = Path("checkpoint/config.json")
content = json.loads(path.read_text())
path.write_text(json.dumps({**content, "mm_audio_tower": "/nowhere/whisper-large-v3"}))
