"""``animegan serve``: the whole product as a server on this machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from anime_inference.composition import check_models
from anime_inference.settings import Settings, read_settings
from anime_local.cli.terminal import err
from anime_shared.composition import open_platform
from anime_shared.errors import StorageUnavailable
from anime_shared.observability import start_logging

# Only a checkout has it.
_SITE: Final = Path(__file__).parents[4] / "frontend_site"


# Longer than most: each option of the command is a parameter.
def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, envvar="PORT", help="Port to listen on; 0: a free one."),
    ] = 8000,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Where photos, pictures and jobs lie.", show_default="./var"
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Jobs that are worked on at the same time.")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="Port of /metrics for Prometheus, on ANIME_METRICS_HOST.",
            show_default="no numbers are told",
        ),
    ] = None,
    try_photo: Annotated[
        str, typer.Option(help="The photo in the curl line that is printed.")
    ] = "photo.jpg",
) -> None:
    """Serve page and API, each part in a process of its own; documentation is at /docs.

    Ctrl-C finishes what is being worked on, or keeps it for the next start; a second one ends at
    once.
    """
    # Other commands needn't load what servers need.
    from anime_local.embedded import serve  # noqa: PLC0415

    start = time.monotonic()
    settings = read_settings()
    environment = {}
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
        environment["ANIME_DATA_DIR"] = str(data_dir)
    if metrics_port is not None:
        settings = settings.model_copy(update={"metrics_port": metrics_port})
    if workers is not None:
        environment["ANIME_WORKER_THREADS"] = str(workers)
    # Here, what is wrong is said once; each process would say it for itself, again and again.
    site = _find_site(environment)
    check_models(settings)
    _check_stores(settings)
    start_logging(settings, "supervisor", "warning")

    with err.status("starting web, inference, worker and housekeeper") as status:

        def on_ready(url: str) -> None:
            status.stop()
            _announce(url, settings, site, try_photo, time.monotonic() - start)

        serve(host, port, settings, environment, on_ready)


def _find_site(environment: dict[str, str]) -> Path | None:
    """The page's folder; the checkout's, where no setting names one, is put in ``environment``."""
    from anime_web.settings import read_settings as read_web_settings  # noqa: PLC0415

    web = read_web_settings()
    if "site_dir" in web.model_fields_set or not _SITE.is_dir():
        return web.site_dir
    environment["ANIME_SITE_DIR"] = str(_SITE)
    return _SITE


def _check_stores(settings: Settings) -> None:
    place = f"data in {settings.data_dir}"
    try:
        platform = open_platform(settings)
        place = "ANIME_QUEUE_URL" if settings.on_rabbitmq else place
        platform.jobs.depth()
        place = "ANIME_CACHE_URL" if settings.cache_url is not None else place
        platform.ledger.check()
    except StorageUnavailable as error:
        raise StorageUnavailable(f"{place}: {error.detail}") from None


def _announce(url: str, settings: Settings, site: Path | None, photo: str, seconds: float) -> None:
    key = "-H 'X-API-Key: KEY' " if settings.api_keys else ""
    err.print(f"[bold]AnimeGAN[/] is ready after {seconds:.1f} s: {url}")
    if site is not None:
        err.print(f"  page:          {url}/", markup=False)
    err.print(f"  documentation: {url}/docs", markup=False)
    if settings.metrics_port is not None:
        metrics = f"http://{settings.metrics_host}:{settings.metrics_port}/metrics"
        err.print(f"  metrics:       {metrics}", markup=False)
    err.print(f"  data:          {settings.data_dir.resolve()}", markup=False)
    err.print(
        f"Try:\n  curl -sS {key}-H 'Accept: image/*' -F image=@{photo} -o anime.jpg "
        f"{url}/api/v1/transform",
        markup=False,
    )
