"""Stub of vLLM 0.11.2: a language model that reads embeddings which are not hidden from it."""

from dataclasses import asdict, dataclass, field

from stub_tools import record, trouble
from transformers import AutoTokenizer


@dataclass(slots=True)
class SamplingParams:
    """Third party: vllm.SamplingParams; the fields that are set here, and their defaults."""

    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    max_tokens: int | None = 16


@dataclass
class CompletionOutput:
    """Third party: vllm.outputs.CompletionOutput."""

    index: int
    text: str
    token_ids: list = field(default_factory=list)
    finish_reason: str | None = None


class RequestOutput:
    """Third party: vllm.outputs.RequestOutput."""

    def __init__(self, request_id, outputs):
        self.request_id = request_id
        self.outputs = outputs


class LLM:
    """Third party: vllm.LLM."""

    def __init__(self, model, *, enable_prefix_caching, max_model_len, max_num_seqs,
                 max_num_batched_tokens, gpu_memory_utilization, enable_prompt_embeds):  # fmt: skip
        """Third party: vllm.LLM; its keywords are those of EngineArgs, of which upstream gives these."""
        arguments = {key: value for key, value in locals().items() if key != "self"}
        record("LLM", **arguments)

    def get_default_sampling_params(self):
        """Third party: vllm.LLM.get_default_sampling_params; the values of Qwen3's generation config."""
        found = SamplingParams()
        found.temperature, found.top_p, found.top_k = 0.6, 0.95, 20
        return found

    def generate(self, prompts, sampling_params=None, *, use_tqdm=True):
        """Third party: vllm.LLM.generate."""
        record("LLM.generate", prompts=len(prompts), sampling=asdict(sampling_params))
        return [
            RequestOutput(str(number), [self._complete(prompt, sampling_params)])
            for number, prompt in enumerate(prompts)
        ]

    def _complete(self, prompt, sampling_params):
        """Thinks about all that it reads, then says it; goes on where the prompt breaks off."""
        (embeds,) = prompt.values()
        read, said = embeds.text, embeds.continuation
        trouble(read)
        whole = f"It may be {read}\n</think>\n\nIt is {read}"
        if "endless" in read:
            whole = "round and round " * 400
        elif "silent" in read:
            whole = ""
        elif "tagged" in read:
            whole += f" so <answer> {read} </answer>"
        elif "long" in read:
            whole += " and on" * 600
        rest = whole[len(said) :] if whole.startswith(said) else f"After all {read}"
        tokens = AutoTokenizer.vocabulary.encode(rest)
        cut = tokens[: sampling_params.max_tokens]
        reason = "stop" if len(cut) == len(tokens) else "length"
        return CompletionOutput(0, AutoTokenizer.vocabulary.decode(cut), cut, reason)
