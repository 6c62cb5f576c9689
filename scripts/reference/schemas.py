"""The API's objects: their fields, types and limits, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_LIMITS: Final = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "{} or less",
    "minLength": "{} or more characters",
    "maxLength": "{} or fewer characters",
    "minItems": "{} or more of them",
    "maxItems": "{} or fewer of them",
    "pattern": "`{}`",
}


def named(schema: Mapping[str, Any]) -> str:
    """The name of the object that a schema refers to; empty if it is none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def anchor(name: str) -> str:
    """Where an object stands in the document."""
    return name.lower()


def fields(schema: Mapping[str, Any]) -> Iterator[str]:
    """A table of an object's fields; those that must be there are marked."""
    yield from ("| field | type | |", "|---|---|---|")
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        mark = " (required)" if name in needed else ""
        told = " ".join(field.get("description", "").replace("``", "`").split())
        if field.get("default") is not None:
            told = f"{told} Default: `{json.dumps(field['default'])}`.".strip()
        yield f"| `{name}`{mark} | {type_of(field)} | {told} |"
    yield ""


def type_of(schema: Mapping[str, Any]) -> str:
    """A type with its limits, as in: integer, 1 or more, 100 or less."""
    if name := named(schema):
        return f"[{name}](#{anchor(name)})"
    if "anyOf" in schema:
        return "; or ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        kind = f"list of {type_of(schema.get('items', {}))}"
    else:
        kind = "file" if "contentMediaType" in schema else schema.get("type", "any")
    kind = schema.get("format", kind)
    limits = (
        text.format(_plain(schema[key])).replace("|", "\\|")
        for key, text in _LIMITS.items()
        if key in schema
    )
    return ", ".join((kind, *limits))


def _plain(limit: Any) -> Any:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
