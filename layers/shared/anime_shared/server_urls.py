"""Addresses of RabbitMQ and Redis; they hold passwords, so no error repeats any of them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

_AMQP: Final = ("amqp", "amqps")
_REDIS: Final = ("redis", "rediss")


def is_rabbitmq(url: SecretStr | None) -> bool:
    """Whether it is the address of a RabbitMQ."""
    return url is not None and _scheme(url) in _AMQP


def check_queue_url(url: SecretStr | None) -> SecretStr | None:
    """The address of a RabbitMQ, or of a queue on AWS.

    Raises:
        ValueError: it is neither.
    """
    # Without a scheme it is what `sam local` puts in place of an address; nobody asks it.
    if url is not None and _scheme(url) not in ("", "http", "https", *_AMQP):
        raise ValueError("it must begin with amqp://, amqps:// or, on AWS, https://")
    if url is not None and is_rabbitmq(url):
        _check_host(url)
    return url


def check_cache_url(url: SecretStr | None) -> SecretStr | None:
    """The address of a Redis.

    Raises:
        ValueError: it is none.
    """
    if url is not None:
        if _scheme(url) not in _REDIS:
            raise ValueError("it must begin with redis:// or rediss://")
        _check_host(url)
    return url


def _scheme(url: SecretStr) -> str:
    scheme, found, _ = url.get_secret_value().partition("://")
    return scheme.lower() if found else ""


def _check_host(url: SecretStr) -> None:
    try:
        parts = urlsplit(url.get_secret_value())
        named = parts.hostname is not None and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise ValueError(
            "it must be scheme://user:password@host:port/, characters such as @ : / in them "
            "written as %40 %3A %2F"
        )
