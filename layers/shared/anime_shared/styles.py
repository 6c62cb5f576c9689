"""The registry of styles: what each is good for, whose it is, and what it is made of."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from anime_shared.errors import UnknownStyle

_NON_COMMERCIAL = "Non-commercial use only, as the authors of AnimeGAN ask."
_MIT = "MIT: any use, keep the copyright notice."
_BRYANDLEE = ("bryandlee/animegan2-pytorch", "25d7b017267208dfaf34026aa3425e518372aa2f")
_PBUDZYNS = ("pbudzyns/animegan2-pytorch", "3112f7408fecc748d4446488fa277dce48ccfcfa")


class Subject(StrEnum):
    """What a style was made for."""

    SCENERY = "scenery"
    PORTRAIT = "portrait"


class Architecture(StrEnum):
    """The networks that are known, by the names that styles and models use."""

    ANIMEGAN2 = "animegan2"
    STUDENT = "student"
    PORTRAIT_STUDENT = "portrait_student"


class Upsampling(StrEnum):
    """How a generator's decoder doubles the size; bilinear in both cases.

    ``ASYMMETRIC``: source = destination / 2, as TensorFlow 1 resizes; for weights trained there.
    ``ALIGN_CORNERS``: the corners' centres coincide; for weights trained in PyTorch.
    The wrong one draws every line twice.
    """

    ASYMMETRIC = "asymmetric"
    ALIGN_CORNERS = "align_corners"


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """A state dict as its author published it.

    Attributes:
        path: of the file in ``repository`` at ``commit``; its last part is the file's name.
        git_blob_id: SHA-1 of git's blob, by which the bytes are verified (``git hash-object``).
        repository: ``owner/name`` on GitHub; ``None`` if it can only come from a folder.
        commit: 40 hexadecimal digits.
    """

    path: str
    git_blob_id: str
    repository: str | None = None
    commit: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model that this project trained and that lies beside the code, and its SHA-256."""

    file_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Style:
    """One look, and all that is known of it.

    Attributes:
        id: the name that callers use.
        title: the name that people see.
        good_for: the subject it was made for.
        author: of the weights.
        licence: in plain words.
        source: where the weights come from.
        architecture: the network.
        multiple: both sides are padded to a multiple of this many pixels.
        upsampling: of the decoder; ``None`` where the network has no choice.
        bundled: the model, if it comes with this repository.
        weights: the published files that it can be installed from, best first.
        aliases: other names that are accepted, for older clients.
        face_style: id of the style that paints the faces where this one is chosen; ``None`` if
            it paints them itself.
        background_style: id of the style that paints all but the faces; ``None`` if it does.
        face_side: side in pixels of the aligned crop on which it paints a face; ``None`` if it
            wasn't made for faces.
    """

    id: str
    title: str
    good_for: Subject
    author: str
    licence: str
    source: str
    architecture: Architecture
    multiple: int = 8
    upsampling: Upsampling | None = None
    bundled: BundledModel | None = None
    weights: tuple[PublishedWeights, ...] = ()
    aliases: tuple[str, ...] = ()
    face_style: str | None = None
    background_style: str | None = None
    face_side: int | None = None

    @property
    def checksums(self) -> tuple[str, ...]:
        """What the bytes are verified by: ``sha256:...`` if bundled, else ``git:...`` blob ids."""
        if self.bundled is not None:
            return (f"sha256:{self.bundled.sha256}",)
        return tuple(f"git:{weights.git_blob_id}" for weights in self.weights)


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
            "hayao.onnx", "30530527e4f1ab70496c72d53b933eeabcf0b6476352982176dbfbdb71102df0"
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
            "shinkai.onnx", "3d7df2f7996ad0c295e79875201ff9f669802027434e0020a1f59dbed8e8110e"
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
