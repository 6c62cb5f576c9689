"""The registry, the cards and the README with a new style in them."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from anime_inference.adapters.download import git_blob_id
from anime_shared.style import Subject
from scripts.new_style.style import NewStyle

_END_OF_REGISTRY: Final = "\n)\nDEFAULT_STYLE"
_BEFORE_CARD: Final = "\n## Skin\n"
_END_OF_TABLE: Final = "|\n\n```sh\n.venv/bin/animegan models pull"

_PUBLISHED: Final = """
    _published(
        "{id}",
        {title},
        Subject.{subject},
        _Training({author}, {licence}, Upsampling.{upsampling}),
        ("{repository}", "{commit}"),
        ("{path}", "{blob}"),
    ),"""
_BUNDLED: Final = """
    Style(
        id="{id}",
        title={title},
        good_for=Subject.{subject},
        author={author},
        licence={licence},
        source="trained by this project, see MODEL_CARD.md",
        architecture=Architecture.{architecture},
        bundled=BundledModel(
            "{id}.onnx", "{sha256}"
        ),
{faces}
    ),"""
_OF_SCENERY: Final = '        face_style="cute",'
_OF_PORTRAIT: Final = """\
        multiple=16,
        background_style="hayao",
        face_side=256,"""
_CARD: Final = """
## `{id}`

| | |
|---|---|
| file | {place} |
| teacher | TODO: whose network it learnt from, or what it was trained on |
| licence | {terms} |

TODO: fidelity to the teacher on photos kept out of training, by the command that prints it.

**What it looks like.** TODO: look at it at full size; where is it worse than its teacher?
"""


def with_entry(registry: str, style: NewStyle) -> str:
    """``styles.py`` with the style at the registry's end."""
    facts = {
        "id": style.id,
        "title": _quoted(style.title),
        "subject": style.subject.name,
        "author": _quoted(style.author or "AnimeGAN Serverless"),
        "upsampling": style.upsampling and style.upsampling.name,
        "licence": "_NON_COMMERCIAL" if style.non_commercial else "_MIT",
    }
    if style.source is None:
        portrait = style.subject is Subject.PORTRAIT
        entry = _BUNDLED.format(
            **facts,
            architecture="PORTRAIT_STUDENT" if portrait else "STUDENT",
            sha256=hashlib.sha256(style.data).hexdigest(),
            faces=_OF_PORTRAIT if portrait else _OF_SCENERY,
        )
    else:
        source = style.source
        entry = _PUBLISHED.format(
            **facts,
            repository=source.repository,
            commit=source.commit,
            path=source.path,
            blob=git_blob_id(style.data),
        )
    return _before(registry, _END_OF_REGISTRY, entry)


def with_card(cards: str, style: NewStyle) -> str:
    """``MODEL_CARD.md`` with a card to fill in."""
    place = f"`{style.id}.onnx`, {len(style.data)} bytes"
    if style.source is not None:
        place = f"github.com/{style.source.repository}, {style.source.path}"
    terms = "non-commercial use only" if style.non_commercial else "MIT"
    return _before(cards, _BEFORE_CARD, _CARD.format(id=style.id, place=place, terms=terms))


def with_row(readme: str, style: NewStyle) -> str:
    """``README.md`` with a row in the table of styles."""
    return _with_row(readme, style, "faces", "scenery", "this repository", "non-commercial")


def with_chinese_row(readme: str, style: NewStyle) -> str:
    """``README.zh-CN.md``, likewise."""
    return _with_row(readme, style, "人脸", "风景", "本仓库", "非商业用途")


def _with_row(
    readme: str, style: NewStyle, faces: str, scenery: str, here: str, non_commercial: str
) -> str:
    subject = faces if style.subject is Subject.PORTRAIT else scenery
    comes_with = here if style.source is None else "`animegan models pull`"
    licence = f"**{non_commercial}**" if style.non_commercial else "MIT"
    return _before(
        readme, _END_OF_TABLE, f"|\n| `{style.id}` | {subject} | {comes_with} | {licence} "
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _before(text: str, mark: str, new: str) -> str:
    head, found, tail = text.partition(mark)
    assert found, f"nothing in the text is {mark!r}"  # noqa: S101 - a test sees to it
    return head + new + mark + tail
