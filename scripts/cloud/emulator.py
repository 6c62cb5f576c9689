"""The emulator of AWS: LocalEmu, or the owner's LocalStack; IAM enforced, TLS spoken."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scripts.cloud import base_image, registry, tools
from scripts.cloud.shell import WORK, Daemon, run
from scripts.cloud.steps import CannotGoOn

Name = Literal["localemu", "localstack"]
_PORT: Final = 4566
ENDPOINT: Final = f"http://127.0.0.1:{_PORT}"
_CONTAINERS: Final = "animegan-cloud"
_KEY: Final = "test"
_CERTIFICATE: Final = WORK / "tls/emulator.pem"
_IN_CONTAINERS: Final = "/etc/emulator.crt"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator.

    Attributes:
        daemon: its process.
        secure_endpoint: where it speaks TLS, as clients on this machine reach it.
        certificate: which they trust for that; ``None`` if they do already.
    """

    daemon: Daemon
    secure_endpoint: str
    certificate: Path | None

    @property
    def environment(self) -> dict[str, str]:
        """What sam, boto3, localstack-client and the tests read."""
        return {
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": ENDPOINT,
            "SAM_CLI_TELEMETRY": "0",
            "CLOUD_SECURE_ENDPOINT": self.secure_endpoint,
            "CLOUD_CERTIFICATE": str(self.certificate or ""),
        }


def start(name: Name) -> Emulator:
    """Start an emulator.

    Args:
        name: "localemu", which is installed for it, or "localstack", which must be installed.

    Raises:
        CannotGoOn: it is not installed, or doesn't start.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", _PORT)) == 0:
            raise CannotGoOn(f"something listens at port {_PORT} already; end it first")
    return _STARTS[name]()


def remove_containers() -> None:
    """Remove what an emulator left behind."""
    left = run("docker", "ps", "--all", "--quiet", "--filter", f"label={_CONTAINERS}").split()
    if left:
        run("docker", "rm", "--force", *left)


def _start_localemu() -> Emulator:
    programs = tools.install("emulator", tools.find_python("3.13"))
    # It pulls the image of a zip function whether it is here or not.
    runtime = f"{registry.ADDRESS}/lambda/python:3.12"
    run("docker", "tag", base_image.IMAGE, runtime)
    run("docker", "push", "--quiet", runtime)
    gateway = _bridge()
    _make_certificate(gateway)
    folder = WORK / "localemu"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    flags = (
        f"--env AWS_ENDPOINT_URL=https://{gateway}:{_PORT} --env AWS_CA_BUNDLE={_IN_CONTAINERS} "
        f"--volume {_CERTIFICATE}.crt:{_IN_CONTAINERS} --label {_CONTAINERS}=1"
    )
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "FILESYSTEM_ROOT": str(folder),
        "LOCALEMU_VOLUME_DIR": str(folder / "volume"),
        "TMPDIR": str(folder / "tmp"),
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "CUSTOM_SSL_CERT_PATH": str(_CERTIFICATE),
        # Functions reach it over the bridge.
        "GATEWAY_LISTEN": f"0.0.0.0:{_PORT}",
        "IAM_ENFORCEMENT": "1",
        "ROOT_ACCESS_KEYS": _KEY,
        "LAMBDA_DOCKER_FLAGS": flags,
        "LAMBDA_RUNTIME_IMAGE_MAPPING": json.dumps({"python3.12": runtime}),
        "SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": "5",
    }
    command = (programs / "python", "-m", "localemu.runtime.main")
    daemon = _started("_localemu", *command, environment=environment)
    return Emulator(daemon, f"https://127.0.0.1:{_PORT}", Path(f"{_CERTIFICATE}.crt"))


def _bridge() -> str:
    """This machine's address as containers see it."""
    network = run("docker", "network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    configured = json.loads(network)[0]
    # An engine that has run no container yet tells only the subnet.
    return configured.get("Gateway") or str(ipaddress.ip_network(configured["Subnet"])[1])


def _make_certificate(gateway: str) -> None:
    _CERTIFICATE.parent.mkdir(parents=True, exist_ok=True)
    key, certificate = Path(f"{_CERTIFICATE}.key"), Path(f"{_CERTIFICATE}.crt")
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=emulator", "-keyout", key, "-out", certificate, "-addext"),
        f"subjectAltName=IP:127.0.0.1,IP:{gateway}",
    )
    _CERTIFICATE.write_text(key.read_text() + certificate.read_text())


def _start_localstack() -> Emulator:
    program = shutil.which("localstack")
    if program is None:
        raise CannotGoOn("EMULATOR=localstack needs LocalStack and its licence: install it first")
    secure = f"https://localhost.localstack.cloud:{_PORT}"
    environment = {
        "ENFORCE_IAM": "1",
        "LAMBDA_DOCKER_FLAGS": f"--env AWS_ENDPOINT_URL={secure} --label {_CONTAINERS}=1",
    }
    daemon = _started("_localstack", program, "start", environment=environment)
    return Emulator(daemon, secure, None)


def _started(name: str, *command: str | Path, environment: Mapping[str, str]) -> Daemon:
    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"{ENDPOINT}/{name}/health", timeout=2):  # noqa: S310
                return True
        except OSError:
            return False

    emulator = Daemon("emulator")
    emulator.start(*command, ready=is_ready, environment=environment, seconds=120, folder=WORK)
    return emulator


_STARTS: Final[Mapping[Name, Callable[[], Emulator]]] = {
    "localemu": _start_localemu,
    "localstack": _start_localstack,
}
