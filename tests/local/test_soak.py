"""That `make soak` notices what it is there for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx2
import pytest

from bench.load.photos import Photos
from bench.soak.connection import Connection, RefusedError, problem_in
from bench.soak.diary import Diary, Painted
from bench.soak.faults.processes import WORKER
from bench.soak.orders import Orders, Photo
from bench.soak.report import seen
from bench.soak.stack import Stack

SIDE = 64
Ordering = Callable[[Orders, list[Photo]], Awaitable[None]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("soak")).running() as running:
        yield running


def ordered(stack: Stack, ordering: Ordering, keep: float = 60) -> Diary:
    maker = Photos(SIDE)
    photos = [Photo(maker.make(number), SIDE) for number in range(5)]

    async def order() -> Diary:
        connection = Connection(stack.url, Diary(), (), patience=5)
        try:
            await ordering(Orders(connection, "hayao", keep), photos)
        finally:
            await connection.close()
        return connection.diary

    return asyncio.run(order())


async def everything(orders: Orders, photos: list[Photo]) -> None:
    await orders.call(photos[0])
    await orders.job(photos[1])
    await orders.batch(photos[2:])


async def a_job(orders: Orders, photos: list[Photo]) -> None:
    await orders.job(photos[0])


def test_every_way_of_ordering_ends_with_pictures(stack: Stack) -> None:
    diary = ordered(stack, everything)
    assert [each.kind for each in diary.painted] == ["call", "job", "batch"]
    assert diary.promised == 4
    assert diary.is_clean
    assert not diary.refused
    assert not diary.broken


def test_a_job_that_never_ends_is_lost(stack: Stack) -> None:
    worker = stack.process(WORKER)
    worker.suspend()
    try:
        diary = ordered(stack, a_job, keep=2)
    finally:
        worker.resume()
    assert (diary.promised, diary.lost, diary.is_clean) == (1, 1, False)


def test_a_job_that_fails_is_lost_unless_the_fault_explains_it(stack: Stack) -> None:
    async def cut_short(orders: Orders, photos: list[Photo]) -> None:
        await orders.job(Photo(photos[0].data[:600], SIDE))

    diary = ordered(stack, cut_short)
    assert diary.defects == {"job failed: 422 broken-picture": 1}
    assert (diary.lost, diary.is_clean) == (1, False)


def answer(status: int, code: str | None, **headers: str) -> httpx2.Response:
    problem = None if code is None else {"type": f"urn:anime:problem:{code}"}
    return httpx2.Response(status, json=problem, headers=headers)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (answer(503, "busy", **{"Retry-After": "2"}), "refused"),
        (answer(429, "too-many-requests", **{"Retry-After": "2"}), "refused"),
        (answer(503, "busy"), "defects"),
        (answer(429, "too-many-requests"), "defects"),
        (answer(500, "internal-error", **{"Retry-After": "2"}), "defects"),
        (answer(404, "unknown-job"), "defects"),
        (answer(409, "style-not-installed"), "told"),
        (answer(502, None), "defects"),
    ],
)
def test_only_429_and_503_with_retry_after_are_deliberate(
    given: httpx2.Response, where: str
) -> None:
    diary = Diary()
    connection = Connection("http://127.0.0.1", diary, ["409 style-not-installed"], patience=1)
    try:
        connection._refused(given)
    except RefusedError:
        assert given.status_code not in (429, 502, 503)
    counted = {name: getattr(diary, name) for name in ("refused", "told", "defects")}
    assert counted.pop(where) == {problem_in(given): 1}
    assert not any(counted.values())
    assert diary.is_clean == (where != "defects")


def test_recovery_is_of_what_was_ordered_after_the_fault() -> None:
    diary = Diary(
        painted=[
            Painted("call", 9, 11),
            Painted("job", 9, 12),
            Painted("call", 10, 13),
            Painted("batch", 10, 14),
        ]
    )
    assert diary.served_after(10) is None
    diary.painted.append(Painted("job", 11, 17))
    assert diary.served_after(10) == 7
    assert seen(diary) == "5 orders served, the slowest in 6.0 s"
