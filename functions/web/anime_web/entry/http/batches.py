"""``/api/v1/batches``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from anime_shared.errors import UnknownBatch
from anime_shared.http.schemas import ClientName, answers_to
from anime_web.composition import Service
from anime_web.entry.http.dependencies import BaseUrl, Key, ServiceOf
from anime_web.entry.http.long_poll import RETRY_AFTER, news
from anime_web.entry.http.schemas import ORDER, READ, WRITE, BatchRequest, Known, PathId, Wait
from anime_web.logic.batch_status import BatchView, batch_view_of
from anime_web.logic.batches import find_batch, submit_batch
from anime_web.logic.cancel import cancel_batch

PATH = "/api/v1/batches"
router = APIRouter(tags=["batches"])


@router.post(PATH, status_code=202, summary="Paint many photos", responses=answers_to(*ORDER))
def post_batch(
    batch: BatchRequest,
    response: Response,
    service: ServiceOf,
    base_url: BaseUrl,
    key: Key,
    client: ClientName = None,
) -> BatchView:
    """Puts all of them in the queue, or none; a webhook is called for each of them."""
    order = batch.order_of(client)
    made = submit_batch(service.platform, service.rules, batch.upload_ids, order, key)
    # Relative, so that it holds below a stage's path, too.
    response.headers.update({"Location": f"batches/{made.id}", **RETRY_AFTER})
    return _view(service, made.id, base_url)


@router.get(
    f"{PATH}/{{batch_id}}", summary="How far a batch is", responses=answers_to(*READ, UnknownBatch)
)
async def get_batch(
    request: Request,
    response: Response,
    service: ServiceOf,
    base_url: BaseUrl,
    batch_id: PathId,
    wait: Wait = 0,
    known: Known = None,
) -> BatchView:
    """With ``wait``, answers as soon as the status of a job changes, or the zip is there."""
    view = await news(
        request,
        service,
        wait,
        known,
        look=lambda: _view(service, batch_id, base_url),
        revision=lambda view: view.revision,
        ended=lambda view: view.zip_url is not None,
    )
    if not view.complete:
        response.headers.update(RETRY_AFTER)
    return view


@router.delete(
    f"{PATH}/{{batch_id}}",
    status_code=204,
    summary="Cancel a batch",
    responses=answers_to(*WRITE, UnknownBatch),
)
def delete_batch(service: ServiceOf, batch_id: PathId) -> None:
    """Deletes the batch, its zip, and its jobs with their uploads and results."""
    cancel_batch(service.platform, service.telemetry.meter, batch_id)


def _view(service: Service, batch_id: str, base_url: str) -> BatchView:
    batch, jobs = find_batch(service.platform, batch_id)
    return batch_view_of(service.platform, service.rules, batch, jobs, base_url)
