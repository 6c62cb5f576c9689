"""RabbitMQ and Redis as processes of a test, on free ports, with all that is theirs in a folder."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from scripts.cloud.steps import CannotGoOn
from scripts.servers import find_rabbitmq, find_redis
from tests.families import kill_family
from tests.ports import free_port

_START_SECONDS = 120
_STOP_SECONDS = 60
_LOOPBACK = "127.0.0.1"
_BROKER_SETTINGS = """
loopback_users = none
default_user = anime
default_pass = {password}
raft.wal_max_size_bytes = 16777216
disk_free_limit.absolute = 50MB
"""


def program(find: Callable[[], Path]) -> Path:
    """A server's program; where there is none, the test says so, and fails on CI."""
    try:
        return find()
    except CannotGoOn as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


class Server:
    """A program that listens on a port, and may be started again with what it has kept."""

    def __init__(
        self, command: Sequence[str | Path], port: int, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.port = port
        self._command = command
        self._log = log
        self._environment = {**os.environ, **environment}
        self._process: psutil.Popen | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = psutil.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise AssertionError(self._log.read_text(errors="replace")[-4000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it with ``kill -9``, and whatever it has started."""
        if self._process is not None:
            kill_family(self._process)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((_LOOPBACK, self.port)) == 0


class Rabbit(Server):
    """A broker, with an ``epmd`` of its own, under which no other broker is known."""

    def __init__(self, folder: Path) -> None:
        broker = program(find_rabbitmq)
        port, self._password = free_port(), secrets.token_hex(8)
        for name in ("environment", "plugins"):
            (folder / name).write_text("" if name == "environment" else "[].")
        settings = folder / "rabbitmq.conf"
        settings.write_text(_BROKER_SETTINGS.format(password=self._password))
        environment = {
            "HOME": str(folder),
            "ERL_EPMD_ADDRESS": _LOOPBACK,
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_NODENAME": f"test{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": _LOOPBACK,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # It shares the machine with what is tested.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }
        super().__init__((broker,), port, folder / "broker.log", environment)
        self._names = Server(
            ("epmd", "-address", _LOOPBACK),
            int(environment["ERL_EPMD_PORT"]),
            folder / "epmd.log",
            environment,
        )

    @property
    def url(self) -> str:
        return f"amqp://anime:{self._password}@{_LOOPBACK}:{self.port}/"

    def start(self) -> None:
        if self._names._process is None:
            self._names.start()
        super().start()

    def end(self) -> None:
        """Nothing of it is left."""
        self.kill()
        self._names.kill()


class RedisServer(Server):
    """A Redis that keeps what it was told."""

    def __init__(self, folder: Path, *options: str) -> None:
        port, self._password = free_port(), secrets.token_hex(8)
        redis = program(find_redis)
        settings = folder / "redis.conf"
        lines = (
            f"bind {_LOOPBACK}",
            f"port {port}",
            f"dir {folder}",
            f"requirepass {self._password}",
            "appendonly yes",
            "appendfsync always",
            'save ""',
            *options,
        )
        settings.write_text("\n".join(lines))
        super().__init__((redis, settings), port, folder / "redis.log", {})

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{_LOOPBACK}:{self.port}/0"


@contextmanager
def rabbit(folder: Path) -> Iterator[Rabbit]:
    server = Rabbit(folder)
    try:
        server.start()
        yield server
    finally:
        server.end()


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[RedisServer]:
    server = RedisServer(folder, *options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
