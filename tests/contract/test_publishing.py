"""Publishing the site, against moto's server."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
import typer
from typer.testing import CliRunner

from scripts.site import FOLDER, main, pages
from tests.contract.conftest import new_bucket

API = "https://abc.execute-api.eu-central-1.amazonaws.com/prod"
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
        ("app.js", "text/javascript; charset=utf-8", "public, max-age=300"),
        ("style.css", "text/css; charset=utf-8", "public, max-age=300"),
    ],
)
def test_files_are_published(bucket: str, key: str, content_type: str, cache_control: str) -> None:
    done = CliRunner().invoke(app, ["--bucket", bucket, "--api-url", f"{API}/"])
    assert done.exit_code == 0, done.output
    got = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    assert (got["ContentType"], got["CacheControl"]) == (content_type, cache_control)
    expected = f'window.ANIME_API_URL = "{API}";\n'.encode()
    assert got["Body"].read() == (expected if key == "config.js" else (FOLDER / key).read_bytes())


def test_a_dry_run_says_all_and_publishes_nothing(bucket: str) -> None:
    done = CliRunner().invoke(app, ["--bucket", bucket, "--api-url", API, "--dry-run"])
    told = [line.partition(":")[0] for line in done.output.splitlines()]
    assert sorted(told) == sorted(file.name for file in FOLDER.iterdir())
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("url", ["abc.example", "javascript:alert(1)", "https://", "http://a b"])
def test_what_is_no_url_is_refused(bucket: str, url: str) -> None:
    done = CliRunner().invoke(app, ["--bucket", bucket, "--api-url", url])
    assert done.exit_code == 2
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)


def test_a_file_that_is_of_no_site_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.bak").write_text("")
    with pytest.raises(ValueError, match=r"notes\.bak"):
        pages(tmp_path, API)


def test_pages_come_after_what_they_name() -> None:
    assert pages(FOLDER, "")[-1].key == "index.html"
