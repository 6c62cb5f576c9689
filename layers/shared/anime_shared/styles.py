"""The registry: which styles there are; what a style is, is told by `style.py`."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anime_shared.errors import UnknownStyle
from anime_shared.style import (
    Architecture,
    BundledModel,
    PublishedWeights,
    Style,
    Subject,
    Upsampling,
)

_NON_COMMERCIAL = "Non-commercial use only, as the authors of AnimeGAN ask."
_MIT = "MIT: any use, keep the copyright notice."
_BRYANDLEE = ("bryandlee/animegan2-pytorch", "25d7b017267208dfaf34026aa3425e518372aa2f")
_PBUDZYNS = ("pbudzyns/animegan2-pytorch", "3112f7408fecc748d4446488fa277dce48ccfcfa")


@dataclass(frozen=True, slots=True)
class _Training:
    """What published weights of one author have in common."""

    author: str
    licence: str
    upsampling: Upsampling


_ANIMEGAN2 = _Training("Xin Chen, Gang Liu (AnimeGANv2)", _NON_COMMERCIAL, Upsampling.ASYMMETRIC)
_FACE_PAINT = _Training("bryandlee (animegan2-pytorch)", _MIT, Upsampling.ALIGN_CORNERS)


def _published(
    style_id: str,
    title: str,
    good_for: Subject,
    training: _Training,
    home: tuple[str, str],
    weights: tuple[str, str],
    also: tuple[PublishedWeights, ...] = (),
) -> Style:
    repository, commit = home
    path, blob = weights
    return Style(
        id=style_id,
        title=title,
        good_for=good_for,
        author=training.author,
        licence=training.licence,
        source=f"github.com/{repository} at {commit[:12]}, {path}",
        architecture=Architecture.ANIMEGAN2,
        upsampling=training.upsampling,
        face_style="cute" if good_for is Subject.SCENERY else None,
        face_side=512 if good_for is Subject.PORTRAIT else None,
        weights=(PublishedWeights(path, blob, repository, commit), *also),
    )


STYLES: Final[tuple[Style, ...]] = (
    Style(
        id="hayao",
        title="Hayao",
        good_for=Subject.SCENERY,
        author="AnimeGAN Serverless, a student of AnimeGANv2 Hayao",
        licence=_NON_COMMERCIAL,
        source="trained by this project, see MODEL_CARD.md",
        architecture=Architecture.STUDENT,
        bundled=BundledModel(
            "hayao.onnx", "428bec8139f14984f4451d8bd343306dd94c937d6a843710eeb5699678facd76"
        ),
        aliases=("hayao_64",),
        face_style="cute",
    ),
    Style(
        id="shinkai",
        title="Shinkai",
        good_for=Subject.SCENERY,
        author="AnimeGAN Serverless, a student of AnimeGANv3 Shinkai",
        licence=_NON_COMMERCIAL,
        source="trained by this project, see MODEL_CARD.md",
        architecture=Architecture.STUDENT,
        bundled=BundledModel(
            "shinkai.onnx", "4c20a8aa7c8fefe78a1b099250a06c70189360621f0d03a1d9502026121efe47"
        ),
        face_style="cute",
    ),
    Style(
        id="cute",
        title="Cute",
        good_for=Subject.PORTRAIT,
        author="AnimeGAN Serverless, a student of AnimeGANv3 Tiny Cute",
        licence=_NON_COMMERCIAL,
        source="trained by this project, see MODEL_CARD.md",
        architecture=Architecture.PORTRAIT_STUDENT,
        multiple=16,
        bundled=BundledModel(
            "cute.onnx", "ad8a29cddfa44acee1569aeda766c2840c8df6fd78558217b00db27463e60edb"
        ),
        background_style="hayao",
        face_side=256,
    ),
    _published(
        "hayao_full",
        "Hayao, full model",
        Subject.SCENERY,
        _ANIMEGAN2,
        _PBUDZYNS,
        ("weights/generator_Hayao.pt", "886d8377712b2802c93fc3bf3cd5267c213078b1"),
        also=(PublishedWeights("hayao.npz", "0b4e12a4ddb1fe069899c883911fca6768d95ef3"),),
    ),
    _published(
        "shinkai_full",
        "Shinkai, full model",
        Subject.SCENERY,
        _ANIMEGAN2,
        _PBUDZYNS,
        ("weights/generator_Shinkai.pt", "de3a1ebb62104cb155b1cfeb8e440547160b9ac9"),
    ),
    _published(
        "paprika",
        "Paprika",
        Subject.SCENERY,
        _ANIMEGAN2,
        _BRYANDLEE,
        ("weights/paprika.pt", "58086c9db9fc7a9e5c2876ca31b8079599352643"),
    ),
    _published(
        "face_paint_v2",
        "Face Paint 512 v2",
        Subject.PORTRAIT,
        _FACE_PAINT,
        _BRYANDLEE,
        ("weights/face_paint_512_v2.pt", "d75102f8f201ddaf8dbe6b913b1a97585b55f838"),
    ),
    _published(
        "face_paint_v1",
        "Face Paint 512 v1",
        Subject.PORTRAIT,
        _FACE_PAINT,
        _BRYANDLEE,
        ("weights/face_paint_512_v1.pt", "19c1a1da4d9580186109a2b055d91044e5127de6"),
    ),
    _published(
        "celeba_distill",
        "CelebA Distill",
        Subject.PORTRAIT,
        _FACE_PAINT,
        _BRYANDLEE,
        ("weights/celeba_distill.pt", "3b7ea61b02254980831cc3bc77af30666dbc999c"),
    ),
)
DEFAULT_STYLE: Final = STYLES[0]

_BY_NAME = {name: style for style in STYLES for name in (style.id, *style.aliases)}


def find_style(name: str, field: str = "style") -> Style:
    """The style of an id or an alias; ``field`` is the option that named it.

    Raises:
        UnknownStyle: there is none; the message names those that there are.
    """
    style = _BY_NAME.get(name)
    if style is None:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        hint = f"did you mean {near[0]}? There are" if near else "there are"
        known = ", ".join(style.id for style in STYLES)
        raise UnknownStyle(
            f"{field}: no style is called {name[:40]!r}; {hint} {known}", field=field, limit=known
        )
    return style


def installed_file(style: Style, folder: Path) -> Path | None:
    """The model file of a style that was installed: ``<style>.<sha256>.onnx``."""
    return next(iter(sorted(folder.glob(f"{style.id}.*.onnx"))), None)
