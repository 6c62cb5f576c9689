"""Publishing the site, against moto's server."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
import typer
from typer.testing import CliRunner, Result

from scripts.site import FOLDER, main, pages
from tests.contract.conftest import new_bucket

API = "https://abc.execute-api.eu-central-1.amazonaws.com/prod"
STORAGE = "https://uploads.s3.eu-central-1.amazonaws.com"
app = typer.Typer()
app.command()(main)


@pytest.fixture
def bucket(cloud: str) -> str:
    assert cloud
    return new_bucket()


@pytest.mark.parametrize(
    ("key", "content_type", "cache_control"),
    [
        ("index.html", "text/html; charset=utf-8", "no-cache"),
        ("config.js", "text/javascript; charset=utf-8", "no-cache"),
        ("js/main.js", "text/javascript; charset=utf-8", "no-cache"),
        ("css/page.css", "text/css; charset=utf-8", "no-cache"),
        ("art/icon.svg", "image/svg+xml", "public, max-age=86400"),
        ("samples/photo.jpg", "image/jpeg", "public, max-age=86400"),
        ("fonts/mochiy-pop-one.woff2", "font/woff2", "public, max-age=86400"),
    ],
)
def test_files_are_published(bucket: str, key: str, content_type: str, cache_control: str) -> None:
    done = publish(bucket)
    assert done.exit_code == 0, done.output
    got = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    assert (got["ContentType"], got["CacheControl"]) == (content_type, cache_control)
    body = got["Body"].read()
    if key not in {"config.js", "index.html"}:
        assert body == (FOLDER / key).read_bytes()


def test_the_page_learns_where_the_api_is(bucket: str) -> None:
    publish(bucket)
    config = boto3.client("s3").get_object(Bucket=bucket, Key="config.js")["Body"].read()
    told = f'export const API_URL = "{API}";\nexport const DOCS_URL = "{API}/docs";\n'
    assert config.decode() == told


def test_the_page_may_speak_to_the_api_and_its_storage_alone(bucket: str) -> None:
    publish(bucket)
    page = boto3.client("s3").get_object(Bucket=bucket, Key="index.html")["Body"].read().decode()
    api = API.removesuffix("/prod")
    assert f"connect-src 'self' {api} {STORAGE};" in page
    assert page.count("http://") + page.count("https://") == 2


def test_at_its_own_address_the_page_is_as_it_was_written() -> None:
    (page,) = (each for each in pages(FOLDER, "") if each.key == "index.html")
    assert page.body == (FOLDER / "index.html").read_bytes()


def publish(bucket: str) -> Result:
    """Publish as `make site` does."""
    options = ["--bucket", bucket, "--api-url", f"{API}/", "--storage", STORAGE]
    return CliRunner().invoke(app, options)


def test_a_dry_run_says_all_and_publishes_nothing(bucket: str) -> None:
    done = CliRunner().invoke(app, ["--bucket", bucket, "--api-url", API, "--dry-run"])
    told = [line.partition(":")[0] for line in done.output.splitlines()]
    files = (file.relative_to(FOLDER) for file in FOLDER.rglob("*") if file.is_file())
    assert sorted(told) == sorted(map(str, files))
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("url", ["abc.example", "javascript:alert(1)", "https://", "http://a b"])
def test_what_is_no_url_is_refused(bucket: str, url: str) -> None:
    done = CliRunner().invoke(app, ["--bucket", bucket, "--api-url", url])
    assert done.exit_code == 2
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


def test_storage_that_is_no_origin_is_refused() -> None:
    with pytest.raises(ValueError, match="origin"):
        pages(FOLDER, API, ["https://storage.example; script-src *"])


def test_a_file_that_is_of_no_site_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.bak").write_text("")
    with pytest.raises(ValueError, match=r"notes\.bak"):
        pages(tmp_path, API)


def test_pages_come_after_what_they_name() -> None:
    assert pages(FOLDER, "")[-1].key == "index.html"
