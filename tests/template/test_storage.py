"""A browser may go where the signed requests lead."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from anime_shared.composition import open_platform
from anime_shared.platform import Platform
from anime_shared.ports.object_store import SignedRequest
from anime_shared.settings import PlatformSettings
from tests.template.stack import Stack, document
from tests.template.test_site import policy_of_cloudfront

BUCKETS = {"UploadsBucket": "anime-uploads-1x", "ResultsBucket": "anime-results-2y"}


def signed(platform: Platform) -> list[SignedRequest]:
    return [
        platform.uploads.sign_put("uploads/one", 3, "image/png", 60),
        platform.results.sign_get("jobs/one", "image/png", "anime.png", 60),
    ]


def as_aws_names_them(text: str, region: str) -> set[str]:
    """The origins in a text of the template: what ``RegionalDomainName`` is on AWS put in."""
    for bucket, name in BUCKETS.items():
        text = text.replace(f"{bucket}.RegionalDomainName", f"{name}.s3.{region}.amazonaws.com")
    return set(re.findall(r"https://[^ ;]+", text))


def settings(**more: str) -> PlatformSettings:
    uploads, results = BUCKETS.values()
    given = {"uploads_bucket": uploads, "results_bucket": results, "table": "anime", **more}
    queues = {"queue_url": "https://jobs", "finished_queue_url": "https://finished"}
    return PlatformSettings.model_validate({"platform": "aws", **given, **queues})


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-2"])
def test_signed_requests_lead_to_hosts_that_the_page_may_call(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    hosts = {f"https://{urlsplit(each.url).netloc}" for each in signed(open_platform(settings()))}
    published = Stack().resolve(document()["Outputs"]["StorageOrigins"]["Value"])
    assert hosts == as_aws_names_them(published, region)
    assert hosts == as_aws_names_them(policy_of_cloudfront(), region)


@pytest.mark.parametrize("by", ["setting", "environment"])
def test_an_emulator_gets_its_buckets_by_path(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = "http://emulator:4566"
    if by == "environment":
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    given = {"public_s3_endpoint": endpoint} if by == "setting" else {}
    for request, bucket in zip(
        signed(open_platform(settings(**given))), BUCKETS.values(), strict=True
    ):
        assert request.url.startswith(f"{endpoint}/{bucket}/")
