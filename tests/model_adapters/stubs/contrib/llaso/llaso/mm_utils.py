"""Stub of EIT-NLP/LLaSO, commit 0907788d8f41c7252a59d96a2db164cdaa641245."""

import re

import torch

IMAGE_TOKEN_INDEX = -200
AUDIO_TOKEN_INDEX = -300


def tokenizer_image_audio_token(
    prompt,
    tokenizer,
    image_token_index=IMAGE_TOKEN_INDEX,
    audio_token_index=AUDIO_TOKEN_INDEX,
    return_tensors=None,
):
    """llaso/mm_utils.py:208"""
    ids = [tokenizer.bos_token_id]
    for piece in re.split("(<image>|<audio>)", prompt):
        if piece in ("<image>", "<audio>"):
            ids.append(image_token_index if piece == "<image>" else audio_token_index)
        else:
            ids += tokenizer.vocabulary.encode(piece)
    if return_tensors is None:
        return ids
    if return_tensors != "pt":
        raise ValueError(f"Unsupported tensor type: {return_tensors}")
    return torch.tensor(ids, dtype=torch.long)
