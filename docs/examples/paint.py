"""A photo of any size: ``.venv/bin/python docs/examples/paint.py PHOTO PICTURE [URL]``."""

from __future__ import annotations

import sys
from pathlib import Path

from anime_local.client import AnimeClient, PaintOptions


def main(photo: str, picture: str, url: str = "http://127.0.0.1:8000") -> None:
    """Paint ``photo``; a server that is busy or away for a moment is asked again."""
    with AnimeClient(url) as client:
        painted = client.transform(Path(photo), PaintOptions(style="hayao", strength=0.8))
    Path(picture).write_bytes(painted.data)


if __name__ == "__main__":
    main(*sys.argv[1:])
