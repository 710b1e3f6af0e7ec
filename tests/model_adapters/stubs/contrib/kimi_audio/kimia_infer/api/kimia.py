"""Stub of MoonshotAI/Kimi-Audio, commit 2607d515f5b7dffa1dcc7526f9f26feb48e356c4."""

import os

import torch
from stub_tools import Vocabulary, fact, read_wav, record, trouble


class KimiAudio:
    """kimia_infer/api/kimia.py:14"""

    def __init__(self, model_path: str, load_detokenizer: bool = True):
        """kimia_infer/api/kimia.py:15"""
        record(
            "KimiAudio",
            model_path=model_path,
            load_detokenizer=load_detokenizer,
            device=torch.cuda.current_device(),
        )
        if not os.path.exists(model_path):
            raise OSError(model_path)
        self.vocabulary = Vocabulary()

    def generate(
        self,
        chats,
        output_type="text",
        audio_temperature=0.0,
        audio_top_k=5,
        text_temperature=0.0,
        text_top_k=5,
        audio_repetition_penalty=1.0,
        audio_repetition_window_size=64,
        text_repetition_penalty=1.0,
        text_repetition_window_size=16,
        max_new_tokens=-1,
    ):
        """kimia_infer/api/kimia.py:210"""
        record(
            "generate",
            chats=chats,
            output_type=output_type,
            text_temperature=text_temperature,
            text_top_k=text_top_k,
            text_repetition_penalty=text_repetition_penalty,
            max_new_tokens=max_new_tokens,
        )
        assert output_type in ["text", "both"]
        words = []
        for message in chats:
            assert message["role"] in ["user", "assistant"]
            if message["message_type"] == "text":
                words.append(f"{message['role']}: {message['content']}")
                trouble(message["content"])
            elif message["message_type"] == "audio":
                words.append(f"heard {fact(*read_wav(message['content']))}")
            else:
                raise NotImplementedError(f"message_type: {message['message_type']}")
        tokens = self.vocabulary.encode(" ".join(words))
        if max_new_tokens == -1:
            max_new_tokens = 7500
        return None, self.detokenize_text(tokens[:max_new_tokens])

    def detokenize_text(self, text_tokens):
        """kimia_infer/api/kimia.py:316"""
        return self.vocabulary.decode(text_tokens)
