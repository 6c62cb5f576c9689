"""X-Ray gets the work of a call as its daemon reads it: datagrams of JSON."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import Any

import pytest

from anime_shared.adapters.telemetry.xray import XRayTracer
from anime_shared.ports.tracer import Tracer, Untraced

_TRACE = "1-5759e988-bd862e3fe1be46a994272793"
_CODE = """
from anime_shared import trail
from anime_shared.adapters.telemetry.xray import XRayTracer
from anime_shared.trail import Trail

tracer = XRayTracer("inference")
with trail.following(Trail("a-photos-way")):
    with tracer.span("job", job="id", delivery=1) as span:
        with tracer.span("decode"):
            pass
        span.tell(width=64)
    try:
        with tracer.span("paint"):
            raise ValueError("private")
    except ValueError:
        pass
"""


@pytest.mark.parametrize("tracer", [Untraced(), XRayTracer("web")])
def test_what_a_block_raises_is_raised(tracer: Tracer) -> None:
    def fail() -> None:
        with tracer.span("outer", a=1) as span:
            span.tell(b="c")
            with tracer.span("inner"):
                raise KeyError

    with pytest.raises(KeyError):
        fail()
    tracer.flush()


def told_to_the_daemon() -> list[dict[str, Any]]:
    """What a process sends that runs as Lambda would have it run."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        environment = {
            **os.environ,
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": "/var/task",
            "_X_AMZN_TRACE_ID": f"Root={_TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
        }
        command = [sys.executable, "-c", _CODE]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
        return [json.loads(daemon.recv(65_536).split(b"\n", 1)[1]) for _ in range(3)]


def test_the_daemon_is_told_of_each_piece() -> None:
    told = {document["name"]: document for document in told_to_the_daemon()}
    assert told.keys() == {"## job", "## decode", "## paint"}
    assert {document["trace_id"] for document in told.values()} == {_TRACE}
    assert told["## decode"]["parent_id"] == told["## job"]["id"]
    assert told["## job"]["annotations"] == {
        "correlation_id": "a-photos-way",
        "job": "id",
        "delivery": 1,
        "width": 64,
    }
    assert told["## paint"]["fault"] is True
    assert told["## paint"]["annotations"]["error"] == "ValueError"
    assert "private" not in json.dumps(told["## paint"]["annotations"])
