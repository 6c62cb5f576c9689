"""``/api/v1/jobs``."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from anime_shared.errors import UnknownJob
from anime_shared.http.schemas import ClientName, answers_to
from anime_shared.jobs import Job
from anime_web.entry.http.dependencies import BaseUrl, Key, ServiceOf
from anime_web.entry.http.long_poll import RETRY_AFTER, news
from anime_web.entry.http.schemas import ORDER, READ, WRITE, JobRequest, Known, PathId, Wait
from anime_web.logic.cancel import cancel
from anime_web.logic.status import JobView, revision_of, view_of
from anime_web.logic.submit import submit

PATH = "/api/v1/jobs"
router = APIRouter(tags=["jobs"])


@router.post(PATH, status_code=202, summary="Paint a photo", responses=answers_to(*ORDER))
def post_job(
    job: JobRequest,
    response: Response,
    service: ServiceOf,
    base_url: BaseUrl,
    key: Key,
    client: ClientName = None,
) -> JobView:
    """Puts the photo in the queue; ``Location`` is where to ask how far it is."""
    order = job.order_of(client)
    made = submit(service.platform, service.rules, job.upload_id, order, key)
    # Relative, so that it holds below a stage's path, too.
    response.headers.update({"Location": f"jobs/{made.id}", **RETRY_AFTER})
    return view_of(service.platform, service.rules, made, base_url)


@router.get(
    f"{PATH}/{{job_id}}", summary="How far a job is", responses=answers_to(*READ, UnknownJob)
)
async def get_job(
    request: Request,
    response: Response,
    service: ServiceOf,
    base_url: BaseUrl,
    job_id: PathId,
    wait: Wait = 0,
    known: Known = None,
) -> JobView:
    """With ``wait``, answers as soon as status, stage or percentage change."""
    ledger = service.platform.ledger

    def revision(job: Job) -> str:
        return revision_of(job, ledger.now())

    def ended(job: Job) -> bool:
        return job.status_at(ledger.now()).ended

    job = await news(request, service, wait, known, lambda: ledger.job(job_id), revision, ended)
    if not ended(job):
        response.headers.update(RETRY_AFTER)
    return await to_thread.run_sync(view_of, service.platform, service.rules, job, base_url)


@router.delete(
    f"{PATH}/{{job_id}}",
    status_code=204,
    summary="Cancel a job",
    responses=answers_to(*WRITE, UnknownJob),
)
def delete_job(service: ServiceOf, job_id: PathId) -> None:
    """Deletes the job, its upload and its result, in whatever state it is."""
    cancel(service.platform, service.telemetry.meter, job_id)
