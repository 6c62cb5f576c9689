"""Which style paints what: faces, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from anime_shared.errors import InputError, InvalidField
from anime_shared.options import FacesMode, TransformOptions
from anime_shared.style import Style
from anime_shared.styles import find_style


@dataclass(frozen=True, slots=True)
class Treatment:
    """The styles of one transformation; ``None`` where nothing is painted.

    Attributes:
        background: paints the whole picture, below the faces; ``None`` keeps the photo.
        face: paints aligned faces; ``None`` leaves them to the background, undetected.
    """

    background: Style | None
    face: Style | None


def choose_treatment(options: TransformOptions) -> Treatment:
    """The styles that the options ask for, the automatic ones filled in.

    Raises:
        UnknownStyle: one of the names is unknown.
        InvalidField: a style can't do what it was chosen for.
    """
    style = find_style(options.style)
    background = find_style(
        options.background_style or style.background_style or style.id, "background_style"
    )
    if background.background_style is not None:
        raise InvalidField(
            f"background_style: {background.id} paints nothing but faces",
            field="background_style",
        )
    face = find_style(options.face_style or style.face_style or style.id, "face_style")
    if options.faces is FacesMode.OFF:
        if style.background_style is not None and options.background_style is None:
            raise InvalidField(
                f"faces: {style.id} paints nothing but faces, they can't be off", field="faces"
            )
        return Treatment(background, None)
    if face.face_side is None:
        if options.face_style is not None:
            raise InvalidField(f"face_style: {face.id} wasn't made for faces", field="face_style")
        return Treatment(background, None)
    return Treatment(None if options.faces is FacesMode.ONLY else background, face)


def main_style(options: TransformOptions) -> str | None:
    """The id of the style that paints most; ``None`` if the options name none."""
    try:
        treatment = choose_treatment(options)
    except InputError:
        return None
    style = treatment.background or treatment.face
    return None if style is None else style.id
