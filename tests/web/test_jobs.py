"""A photo in the background."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import pytest

from anime_shared.jobs import new_id
from anime_shared.styles import STYLES
from tests.clips import clip_of, moving, seen
from tests.pictures import file_of, gradient, opened
from tests.web.conftest import MakeSite
from tests.web.site import PNG, Site, problem_of


def test_a_photo_becomes_a_picture(site: Site) -> None:
    answer = site.post_job(site.upload(name="Zoë.png"), format="webp", strength=0.5)
    assert answer.status_code == 202
    queued = answer.json()
    location = urljoin("/api/v1/jobs", answer.headers["location"])
    assert location == f"/api/v1/jobs/{queued['job_id']}"
    assert (queued["status"], queued["percent"], queued["attempts"]) == ("queued", 0, 0)
    waiting = site.client.get(location)
    assert waiting.headers["retry-after"] == "1"
    site.work()
    done = site.job(queued["job_id"])
    assert (done["status"], done["percent"], done["attempts"]) == ("succeeded", 100, 1)
    assert done["result"] == {
        "format": "webp",
        "width": 64,
        "height": 48,
        "frames": 1,
        "painted_share": 1,
    }
    assert (done["style"], done["cached"], done["faces"]) == ("hayao", False, [])
    assert sum(done["timings"].values()) > 0
    began, ended = (datetime.fromisoformat(done[name]) for name in ("created_at", "finished_at"))
    assert began < ended
    picture = site.client.get(done["result_url"])
    assert opened(picture.content).size == (64, 48)
    assert picture.headers["content-type"] == "image/webp"
    saved_as = "attachment; filename*=UTF-8''Zo%C3%AB_anime.webp"
    assert picture.headers["content-disposition"] == saved_as
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["cache-control"].startswith("private")
    assert "retry-after" not in site.client.get(location).headers


def test_a_clip_becomes_a_clip(site: Site) -> None:
    upload = site.upload(clip_of(moving(3), "GIF", loop=0), "cat.gif", "image/gif")
    queued = site.post_job(upload, faces="off").json()
    site.work()
    done = site.job(queued["job_id"])
    assert (done["result"]["format"], done["result"]["frames"]) == ("gif", 3)
    assert 0 < done["result"]["painted_share"] <= 1
    picture = site.client.get(done["result_url"])
    assert picture.headers["content-type"] == "image/gif"
    assert "cat_anime.gif" in picture.headers["content-disposition"]
    shown = seen(picture.content)
    assert (len(shown.frames), shown.loop) == (3, 0)


def test_the_same_photo_again_is_cached(site: Site) -> None:
    for cached in (False, True):
        job_id = site.post_job(site.upload()).json()["job_id"]
        site.work()
        assert site.job(job_id)["cached"] is cached


def test_a_broken_photo_ends_as_its_problem(site: Site) -> None:
    job_id = site.post_job(site.upload(PNG[:90])).json()["job_id"]
    site.work()
    failed = site.job(job_id)
    assert failed["status"] == "failed"
    assert failed["problem"]["type"] == "urn:anime:problem:broken-picture"
    assert failed["result_url"] is None


@pytest.mark.parametrize(
    ("options", "status", "code", "field"),
    [
        ({"style": "x" * 10_000}, 422, "invalid-field", "style"),
        ({"style": "nobody"}, 422, "unknown-style", "style"),
        ({"style": "paprika"}, 409, "style-not-installed", "style"),
        ({"style": "cute", "faces": "off"}, 422, "invalid-field", "faces"),
        ({"face_style": "hayao"}, 422, "invalid-field", "face_style"),
        ({"strength": 2}, 422, "invalid-field", "strength"),
        ({"max_side": 1}, 422, "invalid-field", "max_side"),
        ({"compare": True}, 422, "invalid-field", "compare"),
        ({"webhook_url": "https://10.0.0.1/x"}, 422, "webhook-refused", "webhook_url"),
        ({"webhook_url": 5}, 422, "invalid-field", "webhook_url"),
        ({"colour": "red"}, 422, "invalid-field", "colour"),
        ({"upload_id": "../x"}, 422, "invalid-field", "upload_id"),
        ({"upload_id": "A" * 22}, 404, "unknown-upload", "upload_id"),
    ],
)
def test_bad_orders_are_problems_and_begin_nothing(
    site: Site, options: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = site.post_job(**{"upload_id": site.upload(), **options})
    assert problem_of(answer, status, code)["field"] == field
    assert len(answer.content) < 1000
    assert site.platform.jobs.depth() == 0


def test_an_expired_upload_is_refused(site: Site) -> None:
    upload_id = site.upload()
    site.pass_time(site.settings.retention)
    problem_of(site.post_job(upload_id), 410, "upload-expired")


def test_a_job_that_is_ordered_late_ends_with_its_photo(site: Site) -> None:
    upload_id = site.upload()
    upload = site.platform.ledger.upload(upload_id)
    assert upload is not None
    site.pass_time(site.settings.retention - 60)
    job = site.platform.ledger.job(site.post_job(upload_id).json()["job_id"])
    assert job.expires_at == upload.expires_at


def test_an_upload_without_its_file_is_refused(site: Site) -> None:
    problem_of(site.post_job(site.announce()["upload_id"]), 409, "upload-missing")


@pytest.mark.parametrize(
    ("data", "announced", "status", "code"),
    [
        (PNG, "image/jpeg", 422, "upload-mismatch"),
        (file_of(gradient(), "GIF"), "image/png", 422, "upload-mismatch"),
        (b"<html>", "image/png", 415, "not-a-picture"),
    ],
)
def test_a_type_that_lies_is_refused(
    site: Site, data: bytes, announced: str, status: int, code: str
) -> None:
    problem_of(site.post_job(site.upload(data, "x", announced)), status, code)


def test_a_file_of_another_size_than_announced_is_refused(site: Site) -> None:
    upload_id = site.upload()
    site.platform.uploads.put(upload_id, PNG + bytes(9), "image/png")
    problem_of(site.post_job(upload_id), 422, "upload-mismatch")


def test_beside_the_bundled_styles_only_the_named_are_installed(make_site: MakeSite) -> None:
    site = make_site(installed_styles="paprika")
    told = site.client.get("/api/v1/styles").json()
    bundled = {style.id for style in STYLES if style.bundled}
    assert {style["id"] for style in told if style["installed"]} == {*bundled, "paprika"}
    assert site.post_job(site.upload(), style="paprika").status_code == 202
    problem_of(site.post_job(site.upload(), style="hayao_full"), 409, "style-not-installed")
    # The faces would be painted in a style that isn't there.
    faces = site.post_job(site.upload(), face_style="face_paint_v2")
    problem_of(faces, 409, "style-not-installed")


def test_a_deleted_job_is_gone_with_all_that_was_its(site: Site) -> None:
    upload_id = site.upload()
    job_id = site.post_job(upload_id).json()["job_id"]
    site.work()
    link = site.job(job_id)["result_url"]
    result = site.platform.ledger.job(job_id).result
    assert result is not None
    keys = [f"jobs/{job_id}", f"cache/{result.cache_key}", f"cache/{result.cache_key}.json"]
    assert all(site.platform.results.size(key) for key in keys)
    assert site.client.delete(f"/api/v1/jobs/{job_id}").status_code == 204
    problem_of(site.client.get(f"/api/v1/jobs/{job_id}"), 404, "unknown-job")
    problem_of(site.client.delete(f"/api/v1/jobs/{job_id}"), 404, "unknown-job")
    problem_of(site.post_job(upload_id), 404, "unknown-upload")
    assert site.platform.uploads.size(upload_id) is None
    assert not any(site.platform.results.size(key) for key in keys)
    assert site.client.get(link).status_code == 404


def test_a_job_that_was_deleted_in_the_queue_is_not_painted(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    site.client.delete(f"/api/v1/jobs/{job_id}")
    site.work()
    problem_of(site.client.get(f"/api/v1/jobs/{job_id}"), 404, "unknown-job")
    assert site.platform.results.size(f"jobs/{job_id}") is None


def test_a_job_expires(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    site.work()
    site.pass_time(site.settings.retention + 1)
    expired = site.job(job_id)
    assert (expired["status"], expired["result_url"]) == ("expired", None)


@pytest.mark.parametrize("job_id", ["nobody", "A" * 22])
def test_a_foreign_job_is_unknown(site: Site, job_id: str) -> None:
    problem_of(site.client.get(f"/api/v1/jobs/{job_id}"), 404, "unknown-job")


def test_ids_are_beyond_guessing() -> None:
    ids = [new_id() for _ in range(2000)]
    numbers = [int.from_bytes(base64.urlsafe_b64decode(f"{each}==")) for each in ids]
    assert len(set(ids)) == len(ids)
    # Each of 128 bits is set in about half of them.
    for bit in range(128):
        assert 800 < sum(number >> bit & 1 for number in numbers) < 1200


def test_an_id_that_can_not_be_one_is_not_looked_up(site: Site) -> None:
    for job_id in ("a%20b", "x" * 65):
        problem_of(site.client.get(f"/api/v1/jobs/{job_id}"), 422, "invalid-field")
