"""Chat templates that take text only, of families whose users write the audio token into the text.

A clip among the parts of a message would be lost without a word, or the template fails on anything but text. So where a
template shows no trace of a clip, messages are turned into text before it, with the audio token in the place of every
clip; nothing else of it changes. For any other family such a template is a damaged one, and an error: its prompt has
marks around a clip that would be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_AS_TEXT: Final = """\
{%- set as_text = namespace(messages=[]) -%}
{%- for message in messages -%}
    {%- set said = namespace(text='') -%}
    {%- if message['content'] is string -%}
        {%- set said.text = message['content'] -%}
    {%- else -%}
        {%- for part in message['content'] -%}
            {%- set said.text = said.text + (part['text'] if part['type'] == 'text' else AUDIO_TOKEN) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set as_text.messages = as_text.messages + [dict(message, content=said.text)] -%}
{%- endfor -%}
{%- set messages = as_text.messages -%}
"""


def give_clips_a_place(processor: Any, variables: Mapping[str, Any]) -> None:
    """Put ``_AS_TEXT`` before the template of a processor, if it needs it and if it then has a place for clips.

    Args:
        processor: of a checkpoint.
        variables: further variables of the template.
    """
    template = processor.chat_template
    token = getattr(processor, "audio_token", None)
    if not isinstance(template, str) or not isinstance(token, str):
        return
    clip, text = {"type": "audio", "audio": "clip"}, {"type": "text", "text": "What is it?"}
    shown = _shown(processor, template, [clip, text], variables)
    lost = shown is None or shown == _shown(processor, template, [text], variables)
    if not lost and "'type'" not in str(shown):  # else it writes out the parts as Python shows them
        return
    written = _AS_TEXT.replace("AUDIO_TOKEN", json.dumps(token)) + template
    if token in (_shown(processor, written, [clip, text], variables) or ""):
        processor.chat_template = written


def _shown(
    processor: Any, template: str, parts: list[dict[str, str]], variables: Mapping[str, Any]
) -> str | None:
    """Return the prompt of one message, ``None`` if the template takes no such message."""
    from jinja2 import TemplateError

    try:
        (prompt,) = processor.apply_chat_template(
            [[{"role": "user", "content": parts}]],
            chat_template=template,
            tokenize=False,
            add_generation_prompt=True,
            **variables,
        )
    except (TemplateError, TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None  # what is wrong is said when the window is measured
    return str(prompt)
