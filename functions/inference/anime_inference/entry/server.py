"""``python -m anime_inference.entry.server``: the HTTP interface as a server on this machine."""

from __future__ import annotations

from anime_inference.composition import check_models
from anime_inference.entry.http.app import create_app
from anime_inference.settings import read_settings
from anime_shared.composition import open_telemetry, watch
from anime_shared.http.server import read_arguments, run
from anime_shared.observability import start_logging


def main() -> None:
    """Serve until told to stop; requests in hand are answered first."""
    arguments = read_arguments("anime_inference.entry.server", 8001)
    settings = read_settings()
    start_logging(settings, "inference")
    check_models(settings)
    telemetry = open_telemetry(settings, "inference")
    watch(telemetry)
    run(create_app(settings, telemetry), arguments)


if __name__ == "__main__":
    main()
