"""Many photos in the background."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

import pytest

from anime_shared.errors import JobHeld, StorageUnavailable
from anime_web.logic.finished import finish_batch
from tests.contract.test_unavailable import files_of_at_most
from tests.pictures import file_of, gradient, opened
from tests.web.conftest import MakeSite
from tests.web.receiver import receiving
from tests.web.site import PNG, Site, problem_of

URL = "/api/v1/batches"


def post(site: Site, upload_ids: list[str], key: str | None = None, **options: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = site.client.post(URL, json={"upload_ids": upload_ids, **options}, headers=headers)
    assert answer.status_code == 202, answer.text
    location = urljoin(URL, answer.headers["location"])
    assert location == f"{URL}/{answer.json()['batch_id']}"
    return answer.json()


def zip_of(site: Site, batch_id: str) -> zipfile.ZipFile:
    answer = site.client.get(site.batch(batch_id)["zip_url"])
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_a_batch_becomes_one_zip(site: Site) -> None:
    names = ["me.png", "ME.png", "you.png"]
    uploads = [site.upload(name=name) for name in names]
    uploads.append(site.upload(PNG[:90], "broken.png"))
    batch = post(site, uploads, format="png")
    assert batch["counts"] == {"queued": 4}
    assert (batch["complete"], batch["percent"], batch["zip_url"]) == (False, 0, None)
    assert [job["file_name"] for job in batch["jobs"]] == [*names, "broken.png"]
    assert [job["upload_id"] for job in batch["jobs"]] == uploads
    site.work()
    assert site.finish() == 0
    done = site.batch(batch["batch_id"])
    assert done["counts"] == {"succeeded": 3, "failed": 1}
    assert (done["complete"], done["percent"]) == (True, 100)
    with zip_of(site, batch["batch_id"]) as archive:
        pictures = ["me_anime.png", "ME_anime_2.png", "you_anime.png"]
        assert archive.namelist() == [*pictures, "problems.json"]
        assert opened(archive.read("me_anime.png")).size == (64, 48)
        ((_, told),) = json.loads(archive.read("problems.json")).items()
        assert told["file_name"] == "broken.png"
        assert told["problem"]["type"] == "urn:anime:problem:broken-picture"


def test_a_batch_of_a_hundred_is_taken_and_of_more_is_not(site: Site) -> None:
    small = file_of(gradient(8, 8), "GIF")
    uploads = [site.upload(small, "a.gif", "image/gif") for _ in range(101)]
    answer = site.client.post(URL, json={"upload_ids": uploads})
    assert problem_of(answer, 422, "invalid-field")["limit"] == 100
    assert len(post(site, uploads[:100])["jobs"]) == 100
    assert site.platform.jobs.depth() == 100


@pytest.mark.parametrize("upload_ids", [[], ["A", "A"], "A", ["a b"], None])
def test_a_bad_list_is_a_problem(site: Site, upload_ids: object) -> None:
    answer = site.client.post(URL, json={"upload_ids": upload_ids})
    problem_of(answer, 422, "invalid-field")


def test_one_bad_upload_begins_nothing(site: Site) -> None:
    uploads = [site.upload(), site.announce()["upload_id"]]
    answer = site.client.post(URL, json={"upload_ids": uploads})
    problem_of(answer, 409, "upload-missing")
    assert site.platform.jobs.depth() == 0


def test_the_same_request_with_the_same_key_makes_one_batch(site: Site) -> None:
    uploads = [site.upload(), site.upload()]
    first = post(site, uploads, key="k")
    lost, kept = (job["job_id"] for job in first["jobs"])
    # As if the first request had died half-way.
    site.platform.ledger.forget_job(lost)
    assert post(site, uploads, key="k") == first
    site.work()
    assert site.job(lost)["status"] == site.job(kept)["status"] == "succeeded"
    again = site.client.post(
        URL, json={"upload_ids": uploads[::-1]}, headers={"Idempotency-Key": "k"}
    )
    problem_of(again, 422, "idempotency-key-reused")


def test_a_deleted_job_of_a_batch_does_not_come_back(site: Site) -> None:
    uploads = [site.upload(), site.upload()]
    first = post(site, uploads, key="k")
    site.client.delete(f"/api/v1/jobs/{first['jobs'][0]['job_id']}")
    assert [job["upload_id"] for job in post(site, uploads, key="k")["jobs"]] == uploads[1:]


def test_a_job_deleted_last_completes_the_batch(site: Site) -> None:
    batch = post(site, [site.upload(name="a.png")])
    site.work()
    late = post(site, [site.upload(name="b.png"), site.upload(name="c.png")])
    held = site.platform.jobs.receive(0)
    assert held is not None
    site.work()
    assert site.finish() == 0
    assert site.batch(batch["batch_id"])["zip_url"]
    assert site.batch(late["batch_id"])["zip_url"] is None
    missing = json.loads(held.body)["job_id"]
    site.client.delete(f"/api/v1/jobs/{missing}")
    assert site.finish() == 0
    with zip_of(site, late["batch_id"]) as archive:
        assert len(archive.namelist()) == 1


def test_a_deleted_job_leaves_the_zip(site: Site) -> None:
    batch = post(site, [site.upload(name="a.png"), site.upload(name="b.png")])
    site.work()
    site.finish()
    site.client.delete(f"/api/v1/jobs/{batch['jobs'][0]['job_id']}")
    assert site.batch(batch["batch_id"])["zip_url"] is None
    site.finish()
    with zip_of(site, batch["batch_id"]) as archive:
        assert archive.namelist() == ["b_anime.jpg"]


def test_a_deleted_batch_is_gone_with_all_that_was_its(site: Site) -> None:
    uploads = [site.upload(), site.upload(PNG[:90])]
    batch = post(site, uploads)
    site.work()
    site.finish()
    assert site.client.delete(f"{URL}/{batch['batch_id']}").status_code == 204
    problem_of(site.client.get(f"{URL}/{batch['batch_id']}"), 404, "unknown-batch")
    problem_of(site.client.delete(f"{URL}/{batch['batch_id']}"), 404, "unknown-batch")
    for job in batch["jobs"]:
        problem_of(site.client.get(f"/api/v1/jobs/{job['job_id']}"), 404, "unknown-job")
    var = site.settings.data_dir
    assert not [path for name in ("uploads", "results") for path in (var / name).rglob("*.*")]
    assert not any(site.platform.uploads.size(upload_id) for upload_id in uploads)


def test_a_batch_expires(site: Site) -> None:
    batch = post(site, [site.upload()])
    site.pass_time(site.settings.retention + 1)
    assert site.batch(batch["batch_id"])["counts"] == {"expired": 1}


@pytest.mark.parametrize("step", ["leave_zip", "forget_job"])
def test_a_batch_that_changes_while_it_is_zipped_is_zipped_anew(site: Site, step: str) -> None:
    """Whose job was deleted meanwhile, their picture lives on in no zip."""
    uploads = [site.upload(name=name) for name in ("me.png", "you.png")]
    batch = post(site, uploads)
    site.work()
    _, you = (job["job_id"] for job in batch["jobs"])
    archiver = site.service._archiver

    class Slow:
        """Somebody deletes a job as soon as the zip is there."""

        def store(self, key: str, files: Iterable[tuple[str, bytes]]) -> None:
            archiver.store(key, files)
            getattr(site.platform.ledger, step)(you)

    with pytest.raises(JobHeld):
        finish_batch(site.platform, Slow(), batch["batch_id"])
    assert site.batch(batch["batch_id"])["zip_url"] is None
    finish_batch(site.platform, archiver, batch["batch_id"])
    with zip_of(site, batch["batch_id"]) as archive:
        assert archive.namelist() == ["me_anime.jpg"]


def test_a_zip_is_packed_where_results_lie(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder for temporary files may be too small for it."""
    batch = post(site, [site.upload()])
    site.work()
    monkeypatch.setattr(tempfile, "tempdir", str(site.settings.data_dir / "none"))
    assert site.finish() == 0
    assert site.batch(batch["batch_id"])["zip_url"]
    kept = (site.settings.data_dir / "results").rglob("*")
    assert [path.suffix for path in kept if path.is_file()].count(".zip") == 1


def test_a_zip_on_a_full_disk_is_tried_again(site: Site) -> None:
    archiver = site.service._archiver
    with files_of_at_most(4096), pytest.raises(StorageUnavailable, match="the disk is full"):
        archiver.store("batches/b.zip", [("a.png", b"x" * 8192)])
    assert site.platform.results.size("batches/b.zip") is None
    assert not any((site.settings.data_dir / "results").iterdir())


def test_the_end_of_a_job_is_told_though_its_zip_can_not_be_made(make_site: MakeSite) -> None:
    with receiving() as receiver:
        site = make_site(webhook_allow=receiver.url)
        batch = post(site, [site.upload()], webhook_url=receiver.url)
        site.work()
        in_the_way = site.settings.data_dir / "results" / "batches"
        in_the_way.write_bytes(b"")
        notice = site.platform.finished.receive(0)
        assert notice is not None
        site.platform.finished.hide(notice, 0)
        assert site.finish() == 1
        ((_, headers, _),) = receiver.seen
        assert headers["webhook-id"] == batch["jobs"][0]["job_id"]
        in_the_way.unlink()
        site.platform.finished.send([notice.body])
        assert site.finish() == 0
    assert site.batch(batch["batch_id"])["zip_url"]


def test_the_end_of_a_job_that_has_not_ended_is_told_again(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    site.platform.finished.send([json.dumps({"job_id": job_id})])
    assert site.finish() == 1


def test_names_with_several_dots_are_told_apart_before_the_last(site: Site) -> None:
    batch = post(site, [site.upload(name="my.cat.png") for _ in range(3)], format="png")
    site.work()
    site.finish()
    with zip_of(site, batch["batch_id"]) as archive:
        names = ["my.cat_anime.png", "my.cat_anime_2.png", "my.cat_anime_3.png"]
        assert archive.namelist() == names
