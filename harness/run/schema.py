"""The JSON Schema of a run directory, made from the types in ``harness.run.files``.

``python -m harness.run.schema --write`` refreshes ``harness/run/schema.json`` and the tables between the marks in
``docs/run_directory.md``; without ``--write`` it prints the schema. Making it needs pydantic; reading runs does not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness.run.files import FILES, SCHEMA_VERSION

SCHEMA_FILE: Final = Path(__file__).with_name("schema.json")
START: Final = "<!-- fields: python -m harness.run.schema --write -->"
END: Final = "<!-- end of fields -->"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema: ``files`` names the definition of every file, ``$defs`` holds them.

    Raises:
        ImportError: pydantic is not installed.
    """
    from pydantic import TypeAdapter

    adapters = [(name, "validation", TypeAdapter(kind)) for name, kind in FILES.items()]
    by_file, found = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]
    return {
        "$schema": _DIALECT,
        "title": "Files of a run directory",
        "description": "A .jsonl file holds one such object a line; further keys are allowed everywhere.",
        "schema_version": SCHEMA_VERSION,
        "files": {name: by_file[name, "validation"] for name in FILES},
        "$defs": {name: _untitled(part) for name, part in found["$defs"].items()},
    }


def file_schema(name: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of one file, complete in itself, for a validator.

    Args:
        name: a file of a run directory, such as ``manifest.json``.
        schema: what ``json_schema`` gave; default: the shipped file.
    """
    schema = schema if schema is not None else json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return {"$schema": _DIALECT, "$defs": schema["$defs"], **schema["files"][name]}


def _untitled(part: Any) -> Any:
    """Drop the titles that repeat a key, keep everything else."""
    if isinstance(part, list):
        return [_untitled(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {}
    for key, value in part.items():
        if key == "properties":
            kept[key] = {name: _untitled(one) for name, one in value.items()}
        elif key != "title":
            kept[key] = _untitled(value)
    return kept


# --- tables ------------------------------------------------------------------------------------


def tables(schema: Mapping[str, Any]) -> str:
    """Return a Markdown table of keys for every record, each record where it is first named."""
    found: list[str] = []
    seen: set[str] = set()
    for name, top in schema["files"].items():
        for record in _records(schema["$defs"], _target(top), seen):
            where = f", in `{name}`" if record == _target(top) else ""
            found.append(_table(record, schema["$defs"][record], where))
    return "\n\n".join(found)


def _records(definitions: Mapping[str, Any], name: str, seen: set[str]) -> Iterator[str]:
    """Yield a record and those inside it, depth first, none twice."""
    if name in seen:
        return
    seen.add(name)
    yield name
    for target in _targets(definitions[name]):
        yield from _records(definitions, target, seen)


def _targets(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield _target(part)
        for value in part.values():
            yield from _targets(value)
    elif isinstance(part, list):
        for value in part:
            yield from _targets(value)


def _target(part: Mapping[str, Any]) -> str:
    return str(part["$ref"]).rpartition("/")[2]


def _table(name: str, record: Mapping[str, Any], where: str) -> str:
    text = " ".join(str(record.get("description", "")).replace("``", "`").split())
    lines = [f"**`{name}`**{where}: {text}", "", "| key | value |", "|---|---|"]
    for key, value in record["properties"].items():
        optional = "" if key in record.get("required", ()) else ", optional"
        lines.append(f"| `{key}` | {_words(value)}{optional} |")
    return "\n".join(lines)


def _words(part: Mapping[str, Any]) -> str:
    """Return a type in words.

    >>> _words({"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2})
    'list of 2 integers (0 or more)'
    >>> _words({"anyOf": [{"type": "string"}, {"type": "null"}]})
    'text or null'
    """
    if "$ref" in part:
        return f"`{_target(part)}`"
    if "anyOf" in part:
        return " or ".join(_words(one) for one in part["anyOf"])
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "const" in part:
        return f"`{part['const']}`"
    kind = part.get("type")
    if kind == "array":
        count = f"{part['minItems']} " if "minItems" in part else ""
        return f"list of {count}{_plural(_words(part['items']))}"
    if kind == "object":
        if part.get("maxProperties") == 0:
            return "an empty object"
        values = part.get("additionalProperties")
        needed = f" with {', '.join(part['required'])}" if "required" in part else ""
        inside = f" of {_plural(_words(values))}" if isinstance(values, dict) and values else ""
        return f"object{inside}{needed}"
    bound = f" ({part['minimum']} or more)" if "minimum" in part else ""
    if "maximum" in part:
        bound = f" ({part['minimum']} to {part['maximum']})"
    words = {"string": "text", "boolean": "true or false", None: "any value"}
    return words.get(kind, str(kind)) + bound


def _plural(words: str) -> str:
    """Return the plural of the first noun of a type in words, where it has one."""
    for noun in ("integer", "number", "object", "list"):
        if words.startswith(noun):
            return f"{noun}s{words.removeprefix(noun)}"
    return {"text": "texts", "any value": "any values"}.get(words, words)


def refreshed(page: str, schema: Mapping[str, Any]) -> str:
    """Return a page with the tables between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page has no {START} … {END}")
    return f"{before}{START}\n\n{tables(schema)}\n\n{END}{after}"


def encoded(schema: Mapping[str, Any]) -> str:
    """Return the content of ``schema.json``."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Print the schema, or write it to its two places in a checkout."""
    schema = json_schema()
    if "--write" not in arguments:
        sys.stdout.write(encoded(schema))
        return
    page = Path(__file__).parents[2] / "docs" / "run_directory.md"
    SCHEMA_FILE.write_text(encoded(schema), encoding="utf-8")
    page.write_text(refreshed(page.read_text(encoding="utf-8"), schema), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
