"""Variants: several models that paint one style, each for a share of those who ask for it.

``hayao=student:0.9,full:0.1`` has the full model paint for every tenth client. Who has got a
variant keeps it: it hangs on the client's name, or the job's, and on nothing else.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from anime_shared.errors import InvalidField, UnknownStyle
from anime_shared.metrics import NONE
from anime_shared.options import TransformOptions
from anime_shared.style import Style
from anime_shared.styles import find_style

SETTING: Final = "ANIME_VARIANTS"
_FORM: Final = re.compile(r"(\w+)=(\w+:[0-9.]+(?:,\w+:[0-9.]+)*)", re.ASCII)
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the models that paint a style.

    Attributes:
        name: as the setting has it, such as ``full``.
        model_style: the style whose model paints it.
        share: of clients, 0 to 1.
    """

    name: str
    model_style: Style
    share: float


class Assigned(BaseModel):
    """The variant that someone has got.

    Attributes:
        style: id of the style that was asked for.
        name: of the variant.
        model_style: id of the style whose model paints it.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    style: str
    name: str
    # Jobs of before have it as `painter`.
    model_style: str = Field(validation_alias=AliasChoices("model_style", "painter"))

    def took_part(self, facts: dict[str, Any]) -> bool:
        """Whether it painted the picture that ``facts`` are of, and not its faces alone."""
        return bool(facts["style"] == self.model_style)


def name_variant(facts: dict[str, Any], assigned: Assigned | None) -> dict[str, Any]:
    """``facts`` in the words of who asked: its style, and ``variant``, which painted it."""
    if assigned is None or not assigned.took_part(facts):
        return {**facts, "variant": None}
    return {**facts, "style": assigned.style, "variant": assigned.name}


def labels_of(style: str | None, assigned: Assigned | None) -> dict[str, str]:
    """The metrics' labels of what a style paints, in the words of who asked."""
    named = name_variant({"style": style}, assigned)
    return {label: named[label] or NONE for label in ("style", "variant")}


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants of each style that has any, by its id."""

    of_style: dict[str, tuple[Variant, ...]]

    @classmethod
    def parse(cls, text: str) -> Variants:
        """Read ``style=variant:share,variant:share``; several styles are separated by ``;``.

        ``student`` or ``full`` is the style's own model, ``full`` of ``hayao`` is ``hayao_full``,
        and any other style may be named by its id.

        Raises:
            InvalidField: it has another form, or shares that aren't 1 in sum.
            UnknownStyle: there is no such style, or no such variant of it.
        """
        parts = [part.strip() for part in text.split(";") if part.strip()]
        parsed = dict(_parse_style(part) for part in parts)
        if len(parsed) < len(parts):
            raise InvalidField(f"{SETTING}: a style is named twice", field=SETTING)
        return cls(parsed)

    @property
    def model_styles(self) -> tuple[Style, ...]:
        """Every style that must be installed for them."""
        return tuple(variant.model_style for some in self.of_style.values() for variant in some)

    def assign(
        self, options: TransformOptions, key: str
    ) -> tuple[TransformOptions, Assigned | None]:
        """The options with the style that paints for ``key``; ``None`` if it has no variants.

        Raises:
            UnknownStyle: the style is unknown.
        """
        field = "style" if options.background_style is None else "background_style"
        style = find_style(getattr(options, field), field)
        variants = self.of_style.get(style.id)
        if variants is None:
            return options, None
        variant = _pick(variants, _fraction(style.id, key))
        assigned = Assigned(style=style.id, name=variant.name, model_style=variant.model_style.id)
        return options.model_copy(update={field: variant.model_style.id}), assigned


def _parse_style(text: str) -> tuple[str, tuple[Variant, ...]]:
    match = _FORM.fullmatch(text)
    if match is None:
        raise InvalidField(
            f"{SETTING}: {text[:80]!r} is not like hayao=student:0.9,full:0.1", field=SETTING
        )
    style = find_style(match[1], SETTING)
    pairs = [pair.split(":") for pair in match[2].split(",")]
    variants = tuple(
        Variant(name, _model_style(style, name), _share(share)) for name, share in pairs
    )
    if len({variant.name for variant in variants}) < len(variants):
        raise InvalidField(f"{SETTING}: {style.id} has a variant twice", field=SETTING)
    total = sum(variant.share for variant in variants)
    if not math.isclose(total, 1, abs_tol=_TOLERANCE):
        raise InvalidField(
            f"{SETTING}: the shares of {style.id} are {total:g} in sum, not 1",
            field=SETTING,
            limit=1,
        )
    return style.id, variants


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidField(f"{SETTING}: {text!r} is not a share", field=SETTING) from None


def _model_style(style: Style, name: str) -> Style:
    if name == ("full" if style.bundled is None else "student"):
        return style
    for known in (f"{style.id}_{name}", name):
        try:
            return find_style(known)
        except UnknownStyle:
            continue
    raise UnknownStyle(
        f"{SETTING}: {style.id} has no variant {name!r}, and no style is called so",
        field=SETTING,
    )


def _pick(variants: tuple[Variant, ...], fraction: float) -> Variant:
    passed = 0.0
    for variant in variants:
        passed += variant.share
        if fraction < passed:
            return variant
    return variants[-1]


def _fraction(style: str, key: str) -> float:
    """A number in [0, 1) for each client, another one for each style."""
    digest = hashlib.sha256(f"{style}\0{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
