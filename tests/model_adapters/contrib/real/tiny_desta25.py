"""Writes a tiny checkpoint of DeSTA2.5-Audio with random weights into the current folder.

Upstream knows the encoder by its hub id and its default config names two repositories, so the folders bear their names.
"""

import json
from pathlib import Path

import torch
from desta import DeSTA25AudioModel
from desta.models.modeling_desta25 import DeSTA25Config
from safetensors.torch import save_file
from tiny_parts import llama_sizes, llama_tokenizer, sampling_config, write_whisper
from transformers import LlamaConfig, LlamaForCausalLM

LLM, ENCODER = "DeSTA-ntu/Llama-3.1-8B-Instruct", "openai/whisper-tiny"

write_whisper(Path(ENCODER), 80)
Path("openai/whisper-large-v3").symlink_to("whisper-tiny")
tokenizer = llama_tokenizer(["<|reserved_special_token_87|>"])
tokenizer.save_pretrained(LLM)
torch.manual_seed(0)
llama = LlamaForCausalLM(LlamaConfig(**llama_sizes(tokenizer)))
llama.generation_config = sampling_config(tokenizer)
llama.to(torch.bfloat16).save_pretrained(LLM)
Path("checkpoint").mkdir()
config = {"model_type": "desta25", "llm_model_id": LLM, "encoder_model_id": ENCODER}
Path("checkpoint/config.json").write_text(json.dumps({**config, "prompt_size": 8}))
torch.manual_seed(1)
model = DeSTA25AudioModel(DeSTA25Config.from_pretrained("checkpoint"))
scales = {name: 20.0 if "proj" in name else 1.0 for name in model.state_dict()}
tensors = {name: scales[name] * tensor for name, tensor in model.state_dict().items()}
save_file(tensors, "checkpoint/model.safetensors")
