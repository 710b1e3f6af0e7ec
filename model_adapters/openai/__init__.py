"""``openai:MODEL``: services that speak OpenAI's chat completions."""
