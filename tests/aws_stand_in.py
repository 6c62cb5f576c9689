"""moto's server on a free port, where a call of DynamoDB is done before the next one begins."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server


@contextmanager
def aws_stand_in() -> Iterator[str]:
    """Endpoint of an S3, DynamoDB and SQS."""
    server = make_server(
        "127.0.0.1",
        0,
        _atomic(DomainDispatcherApplication(create_backend_app)),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _atomic(app: WSGIApplication) -> WSGIApplication:
    """DynamoDB checks a condition and writes in one step; moto in two, between which others come.

    Only DynamoDB's calls wait for each other: one of SQS may wait for what the next one sends.
    """
    lock = threading.Lock()

    def in_turn(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            return app(environ, start_response)
        with lock:
            return app(environ, start_response)

    return in_turn
