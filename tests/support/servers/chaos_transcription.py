"""Transcription requests on the chaos server: from a form to a chat request with the same content, and the answer back.

The boundary between the parts of a form is drawn at random, so a request is known by its fields and the clip's digest. The
text of its "user message" is that digest, shortened: ``--reply echo`` says which clip was heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

PATH = "/audio/transcriptions"


def as_chat(content_type: str, raw: bytes) -> dict[str, Any]:
    """The form as a chat body; ``form`` has its fields, with digests in the place of files."""
    from email.parser import BytesParser  # here, since every server that starts imports this module
    from email.policy import HTTP

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    form: dict[str, str] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            form[f"{name}.type"] = part.get_content_type()
            form[f"{name}.name"] = str(part.get_filename())
            form[name] = hashlib.sha256(content).hexdigest()
        else:
            form[name] = content.decode()
    message = {"role": "user", "content": f"clip {form.get('file', '')[:16]}"}
    return {"model": form.get("model", ""), "messages": [message], "form": form}


def as_transcription(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A chat completion as a transcription."""
    choices = answer["choices"]
    return {"text": choices[0]["message"].get("content")} if choices else {}
