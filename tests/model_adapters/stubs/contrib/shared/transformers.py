"""Stub of transformers: a tokenizer of words with Qwen3's chat marks."""

from stub_tools import Vocabulary, record


class BatchEncoding:
    """Third party: transformers.BatchEncoding."""

    def __init__(self, input_ids):
        self.input_ids = input_ids


class AutoTokenizer:
    """Third party: transformers.AutoTokenizer."""

    vocabulary = Vocabulary()
    """One for all, as the language model reads the same tokens."""

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *inputs, **kwargs):
        """Third party: transformers 4.57, AutoTokenizer.from_pretrained."""
        record("AutoTokenizer.from_pretrained", name=pretrained_model_name_or_path, kwargs=kwargs)
        return cls()

    def __call__(self, text, *, padding=False, truncation=False, add_special_tokens=True):
        """Third party: transformers 4.57, PreTrainedTokenizerBase.__call__ (what is used of it)."""
        if isinstance(text, str):
            return BatchEncoding(self.vocabulary.encode(text))
        return BatchEncoding([self.vocabulary.encode(one) for one in text])

    def decode(self, token_ids, skip_special_tokens=False):
        """Third party: transformers 4.57, PreTrainedTokenizerBase.decode (what is used of it)."""
        return self.vocabulary.decode(token_ids)

    def apply_chat_template(self, conversation, *, add_generation_prompt=False, tokenize=True):
        """Third party: transformers 4.57, PreTrainedTokenizerBase.apply_chat_template (what is used of it)."""
        assert not tokenize
        text = "".join(
            f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n"
            for message in conversation
        )
        return text + ("<|im_start|>assistant\n<think>\n" if add_generation_prompt else "")
