"""A client of the HTTP interface, for Python.

from anime_local.client import AnimeClient, PaintOptions

with AnimeClient("http://127.0.0.1:8000") as client:
    picture = client.transform(Path("me.jpg"), PaintOptions(keep_colors=True))
Path("anime.jpg").write_bytes(picture.data)
"""

from anime_local.client.client import AnimeClient, Transformed
from anime_local.client.errors import ServerUnreachable, UnexpectedAnswer, UnknownProblem
from anime_shared.options import PaintOptions

__all__ = [
    "AnimeClient",
    "PaintOptions",
    "ServerUnreachable",
    "Transformed",
    "UnexpectedAnswer",
    "UnknownProblem",
]
