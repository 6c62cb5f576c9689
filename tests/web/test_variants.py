"""Jobs of a style that has variants."""

from __future__ import annotations

from tests.web.conftest import MakeSite
from tests.web.site import Site

HALVES = "hayao=student:0.5,shinkai:0.5"


def variant_of(site: Site, **headers: str) -> tuple[str, str]:
    """Of a new job: the variant that is told at its end, and the model."""
    body = {"upload_id": site.upload(), "faces": "off"}
    made = site.client.post("/api/v1/jobs", json=body, headers=headers)
    assert made.json()["variant"] is None
    site.work()
    done = site.job(made.json()["job_id"])
    assert done["style"] == "hayao"
    return done["variant"], done["model"]


def test_a_client_keeps_its_variant(make_site: MakeSite) -> None:
    site = make_site(variants=HALVES)
    seen = set()
    for name in ("ann", "bob", "cem", "dan", "eve", "fay"):
        headers = {"Anime-Client": name}
        first = variant_of(site, **headers)
        assert variant_of(site, **headers) == first
        seen.add(first)
    assert {name for name, _ in seen} == {"student", "shinkai"}


def test_without_a_name_it_hangs_on_the_job(make_site: MakeSite) -> None:
    site = make_site(variants=HALVES)
    assert {variant_of(site)[0] for _ in range(24)} == {"student", "shinkai"}


def test_the_jobs_of_a_batch_are_of_one_client(make_site: MakeSite) -> None:
    site = make_site(variants=HALVES)
    body = {"upload_ids": [site.upload() for _ in range(4)], "faces": "off"}
    made = site.client.post("/api/v1/batches", json=body, headers={"Anime-Client": "ann"}).json()
    site.work()
    told = {site.job(job["job_id"])["variant"] for job in made["jobs"]}
    assert len(told) == 1
    assert told <= {"student", "shinkai"}


def test_a_style_without_variants_tells_none(site: Site) -> None:
    assert variant_of(site)[0] is None
