"""What a job knows of itself."""

from __future__ import annotations

import pytest

from anime_shared.errors import JobHeld
from anime_shared.jobs import PERCENT, Batch, Job, JobStatus, Stage, copy_keys, percent_at
from anime_shared.options import TransformOptions

NOW = 1_800_000_000.0
JOB = Job(
    id="j",
    upload_id="u",
    file_name="a.png",
    options=TransformOptions(),
    created_at=NOW,
    expires_at=NOW + 3600,
)


def test_options_are_kept_as_they_were_ordered() -> None:
    """Else a picture that was painted for a call wouldn't be found for a job, nor vice versa."""
    ordered = TransformOptions(style="cute", max_side=640)
    job = Job.model_validate({**JOB.model_dump(), "options": ordered})
    assert job.options.model_dump(mode="json") == ordered.model_dump(mode="json")
    assert Job.model_validate_json(job.model_dump_json()) == job


def test_a_stage_ends_where_the_next_begins() -> None:
    for stage, after in zip(list(Stage), list(Stage)[1:], strict=False):
        assert (percent_at(stage), percent_at(stage, 1)) == (PERCENT[stage], PERCENT[after])
        half = (PERCENT[stage] + PERCENT[after]) // 2
        assert percent_at(stage, 0.5) == half
    assert percent_at(list(Stage)[-1], 1) == 100


def test_objects_are_named_by_what_they_belong_to() -> None:
    assert (JOB.upload_key, JOB.result_key) == ("u", "jobs/j")
    assert copy_keys("k") == ("cache/k", "cache/k.json")
    assert Batch(id="b", job_ids=(), created_at=0, expires_at=0).zip_key == "batches/b.zip"


def test_a_job_expires_at_its_very_second() -> None:
    assert JOB.status_at(JOB.expires_at - 1) is JobStatus.QUEUED
    assert JOB.status_at(JOB.expires_at) is JobStatus.EXPIRED


def test_a_job_is_held_until_its_lease_is_over() -> None:
    held = JOB.claimed("me", NOW, 15)
    assert held.held_at(NOW + 14.9)
    assert not held.held_at(NOW + 15)
    assert not JOB.held_at(NOW)
    # A lease of the future is void, but clocks of two machines may differ by some seconds.
    assert held.held_at(NOW - 1)
    assert not held.held_at(NOW - 3600)
    with pytest.raises(JobHeld):
        held.claimed("you", NOW + 1, 15)


def test_who_claims_a_job_begins_anew() -> None:
    late = JOB.claimed("me", NOW, 15).progressed(Stage.PASTE, NOW + 15)
    assert late.percent > 0
    again = late.claimed("you", NOW + 15, 15)
    assert (again.status, again.stage, again.percent) == (JobStatus.RUNNING, None, 0)
    assert (again.claim, again.attempts) == ("you", 2)
    assert (again.started_at, again.lease_until) == (NOW + 15, NOW + 30)


def test_a_renewed_lease_changes_nothing_else() -> None:
    painting = JOB.claimed("me", NOW, 15).progressed(Stage.STYLISE, NOW + 15, 0.5)
    assert painting.progressed(None, NOW + 30) == painting.model_copy(
        update={"lease_until": NOW + 30}
    )
