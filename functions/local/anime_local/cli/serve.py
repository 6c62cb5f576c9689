"""``animegan serve``: the inference function as a server on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from anime_inference.composition import check_models
from anime_inference.settings import read_settings
from anime_local.cli.terminal import err

_DEFAULT_HOST = "127.0.0.1"


def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = _DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(min=1, max=65535, envvar="PORT", help="Port to listen on.")
    ] = 8000,
    try_photo: Annotated[
        str, typer.Option(help="The photo in the curl line that is printed.")
    ] = "photo.jpg",
) -> None:
    """Serve the HTTP interface; its documentation is at /docs."""
    import uvicorn  # noqa: PLC0415 - other commands needn't load a server

    from anime_inference.entry.http.app import create_app  # noqa: PLC0415

    settings = read_settings()
    check_models(settings)
    app = create_app(settings)
    url = f"http://{host}:{port}"
    err.print(f"[bold]AnimeGAN[/] is starting on {url} (documentation: {url}/docs). Try:\n")
    err.print(
        f"  curl -sS -H 'Accept: image/*' -F image=@{try_photo} -o anime.jpg "
        f"{url}/api/v1/transform\n",
        markup=False,
    )
    uvicorn.run(app, host=host, port=port, log_level="info")
