"""Commands that aren't run from the documents, each with what runs it or why nothing can."""

from __future__ import annotations

_AWS = "needs an AWS account; `make cloud-test` does the same on an emulator"
_DOCKER = "needs Docker; `make compose-test` does it under a name of its own"
_BROKERS = "needs a machine of one's own for them; `make scale-test` starts and kills them"
_GATE = "runs for minutes; .ci/run has it"
_NIGHT = "needs torch and a night; tests/torch/test_training.py trains a little"
_DOWNLOAD = "downloads weights; tests/unit/test_install.py does it from a server of its own"
_WRITES = "changes the repository; what it paints is compared by tests/golden/test_golden.py"

# A command, or how several begin, and the reason.
ELSEWHERE = {
    "make run": "tests/documents/conftest.py has it running for the others",
    "make setup": "the tests stand on it",
    "make hooks": "changes the repository; tests/documents/test_hooks.py does it in one of its own",
    "make check": _GATE,
    "make test": _GATE,
    "make test-fast": "it is a part of make test, which .ci/run runs",
    "make format check test": _GATE,
    "make golden": _WRITES,
    "make samples": _WRITES,
    ".venv/bin/python -m bench.skin": "needs photos of faces; it measures, nobody waits for it",
    ".venv/bin/python -m bench.contact_sheet": (
        "needs photos of faces; tests/unit/test_contact_sheet.py has one"
    ),
    "TRAIN=": _NIGHT,
    "$TRAIN": _NIGHT,
    ".venv/bin/python -m scripts.new_style": (
        "is refused once the style is there; tests/unit/test_new_style.py types it with another id"
    ),
    ".venv/bin/animegan transform docs/pictures/photo.jpg var/sunset.png --style sunset": (
        "needs the style that is being added; the README's are run"
    ),
    ".venv/bin/animegan transform group.jpg mixed.jpg": (
        "needs styles that are downloaded; tests/shared/test_real_weights.py has them"
    ),
    ".venv/bin/animegan models pull": _DOWNLOAD,
    ".venv/bin/animegan ab-report": "tests/local/test_ab_report.py asks a server that has numbers",
    "grep 4f1c8e9a": "tests/local/test_logs.py follows an id through the logs",
    "make build": _AWS,
    "make deploy": _AWS,
    "make site": _AWS,
    "make destroy": _AWS,
    "API=$(aws": _AWS,
    "curl -sS $API": _AWS,
    "curl -sS -H 'Accept: image/jpeg' -F image=@docs/pictures/photo.jpg -o anime.jpg $API": _AWS,
    "aws ": _AWS,
    "make compose-": _DOCKER,
    "docker ": _DOCKER,
    "git pull": "changes the repository",
    "apt-get install": _BROKERS,
    "service rabbitmq-server": _BROKERS,
    "redis-cli": _BROKERS,
    "rabbitmqctl": _BROKERS,
    "export ANIME_QUEUE_URL=": _BROKERS,
    ".venv/bin/animegan serve": _BROKERS,
    ".venv/bin/python -m anime_inference.entry.worker": _BROKERS,
}


def reason_for(command: str) -> str | None:
    """Why a command isn't run from its document; ``None`` if it is."""
    fitting = [begin for begin in ELSEWHERE if _begins(command, begin)]
    return ELSEWHERE[max(fitting, key=len)] if fitting else None


def _begins(command: str, begin: str) -> bool:
    """Whether it begins so, and a word ends there unless ``begin`` leaves that open."""
    if not command.startswith(begin):
        return False
    rest = command[len(begin) :]
    return begin[-1] in "= -" or not rest or rest[0] in " /"
