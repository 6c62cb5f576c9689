"""Every route, what it takes and answers, and every problem, as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from anime_web.entry.http.app import OPENAPI_FILE
from scripts.reference.schemas import anchor, fields, named, type_of

_INTRODUCTION: Final = """\
# The API

`make docs` writes this from `openapi.json`, which is written from the code; a running server shows
the same at `/docs`. How to begin: [the README](../../README.md), [clients](../examples/README.md).

"""
_PROBLEM: Final = re.compile(r"`([a-z-]+)`: ([^`]*[^`\s])")
_JSON: Final = "application/json"


def api() -> str:
    """The document."""
    document = json.loads(OPENAPI_FILE.read_text())
    return _INTRODUCTION + "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    yield from (document["info"]["description"].rstrip(), "")
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document["components"]["schemas"]
    told: dict[str, str] = {}
    for tag in document["tags"]:
        yield from (f"## {tag['name'].capitalize()}", "", tag["description"], "")
        for title, operation in operations:
            if tag["name"] not in operation["tags"]:
                continue
            yield from (f"### `{title}`", "", f"{operation['summary']}.", "")
            text = "\n".join(_operation(operation, schemas))
            yield f"As `{told[text]}`.\n" if text in told else text
            told.setdefault(text, title)
    yield from ("## Objects", "")
    forms = {name for _, operation in operations for name in _forms(operation)}
    for name, schema in schemas.items():
        if name not in forms:
            yield from _object(name, schema)
    yield from _problems(operation for _, operation in operations)


def _operation(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    description = operation.get("description", "").replace("``", "`")
    if description:
        yield from (description, "")
    if operation.get("parameters"):
        yield from ("| parameter | in | type | |", "|---|---|---|---|")
        for parameter in operation["parameters"]:
            kind, told = type_of(parameter["schema"]), parameter.get("description", "")
            yield f"| `{parameter['name']}` | {parameter['in']} | {kind} | {told} |"
        yield ""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        name = named(content["schema"])
        if kind == _JSON:
            yield from (f"Takes `{kind}`: [{name}](#{anchor(name)}).", "")
        else:
            yield from (f"Takes `{kind}`:", "", *fields(schemas[name]))
    yield from ("| status | |", "|---|---|")
    for status, answer in operation["responses"].items():
        yield f"| {status} | {_answer(answer)} |"
    yield ""


def _forms(operation: Mapping[str, Any]) -> Iterator[str]:
    """The schemas of what isn't JSON: they are told where they are taken."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind != _JSON:
            yield named(content["schema"])


def _answer(answer: Mapping[str, Any]) -> str:
    schema = answer.get("content", {}).get(_JSON, {}).get("schema")
    codes = [f"`{code}`" for code, _ in _PROBLEM.findall(answer["description"])]
    told = [", ".join(codes)] if codes else []
    if not codes and schema is not None:
        told.append(type_of(schema))
    if not codes and answer["description"] != "Successful Response":
        told.append(answer["description"])
    if "headers" in answer:
        told.append("with " + ", ".join(f"`{name}`" for name in answer["headers"]))
    return "; ".join(told) or "nothing"


def _object(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "")
    if description := schema.get("description", "").partition("\n\n")[0].replace("``", "`"):
        yield from (" ".join(description.split()), "")
    if "enum" in schema:
        yield from (", ".join(f"`{value}`" for value in schema["enum"]), "")
    else:
        yield from fields(schema)


def _problems(operations: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    found = {
        (status, code, title)
        for operation in operations
        for status, answer in operation["responses"].items()
        for code, title in _PROBLEM.findall(answer["description"])
    }
    yield from ("## Problems", "")
    yield from ("| status | `type`, after `urn:anime:problem:` | |", "|---|---|---|")
    for status, code, title in sorted(found):
        yield f"| {status} | `{code}` | {title} |"
