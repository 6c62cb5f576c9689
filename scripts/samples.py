"""``python -m scripts.samples``: what each bundled style makes of the page's sample photos."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.pipeline import transform
from anime_inference.settings import read_settings
from anime_shared.options import FacesMode, TransformOptions
from anime_shared.styles import STYLES

_ROOT: Final = Path(__file__).parents[1]
_PICTURES: Final = _ROOT / "docs/pictures"
_SAMPLES: Final = _ROOT / "frontend_site/samples"
# The face of ``photo.jpg``, with some room: left, top, right, bottom in its pixels.
_FACE: Final = (105, 5, 345, 185)
_CARD: Final = (320, 240)


def main() -> None:
    """Write the samples of the page's cards, and the photos that they are made of."""
    settings = read_settings()
    models = load_models(settings)

    def painted(name: str, options: TransformOptions) -> Image.Image:
        photo = (_PICTURES / name).read_bytes()
        file = transform(photo, options, limits_of(settings), models).data
        return Image.open(io.BytesIO(file))

    _save(Image.open(_PICTURES / "photo.jpg"), "photo")
    _save(_scene(Image.open(_PICTURES / "coffee.jpg")), "scene")
    _save(_face(Image.open(_PICTURES / "photo.jpg")), "face")
    off = TransformOptions(faces=FacesMode.OFF)
    _save(_face(painted("photo.jpg", off)), "face-off")
    for style in STYLES:
        # What is only installed here has no sample: it would be in the commit of another style.
        if style.bundled is None:
            continue
        if style.background_style is None:
            options = off.model_copy(update={"style": style.id})
            _save(_scene(painted("coffee.jpg", options)), f"scene-{style.id}")
        if style.face_side is not None:
            options = TransformOptions(face_style=style.id)
            _save(_face(painted("photo.jpg", options)), f"face-{style.id}")


def _scene(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    margin = (width - height * 4 // 3) // 2
    return picture.crop((margin, 0, width - margin, height)).resize(_CARD, Image.Resampling.LANCZOS)


def _face(picture: Image.Image) -> Image.Image:
    return picture.crop(_FACE).resize(_CARD, Image.Resampling.LANCZOS)


def _save(picture: Image.Image, name: str) -> None:
    _SAMPLES.mkdir(exist_ok=True)
    file = _SAMPLES / f"{name}.jpg"
    picture.convert("RGB").save(file, quality=88, optimize=True)
    print(f"{file.relative_to(_ROOT)}: {file.stat().st_size / 1000:.0f} KB")  # noqa: T201


if __name__ == "__main__":
    main()
