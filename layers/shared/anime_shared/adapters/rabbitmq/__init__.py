"""The port ``Queue`` over RabbitMQ, for several machines that share the work."""

from __future__ import annotations

from typing import Final

from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.queue import RabbitQueue
from anime_shared.platform import FINISHED_DELIVERIES
from anime_shared.ports.queue import Queue
from anime_shared.settings import PlatformSettings

JOBS: Final = "animegan.jobs"
FINISHED: Final = "animegan.finished"


def dead_letters_of(name: str) -> str:
    """The queue for what couldn't be delivered to its end."""
    return f"{name}.dead"


def open_queues(settings: PlatformSettings) -> tuple[Queue, Queue]:
    """The queues of jobs and of jobs that ended, at the broker of ``settings.queue_url``.

    Each has a connection of its own: a broker that is short of memory stops those that send, and
    who is done with a message may not be stopped with them.
    """
    return (
        open_queue(settings, JOBS, settings.job_deliveries),
        open_queue(settings, FINISHED, FINISHED_DELIVERIES),
    )


def open_queue(settings: PlatformSettings, name: str, max_deliveries: int) -> RabbitQueue:
    """One queue of that broker, and its dead letters."""
    assert settings.queue_url is not None  # noqa: S101 - chosen by it
    link = Link(settings.queue_url.get_secret_value())
    dead_letters = dead_letters_of(name)
    return RabbitQueue(link, name, settings.visibility_timeout, max_deliveries, dead_letters)
