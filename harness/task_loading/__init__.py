"""From task YAML to tasks: reading, checking, listing, prompts."""
