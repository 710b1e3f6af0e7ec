"""``vllm:PATH_OR_ID``: vLLM's offline engine."""
