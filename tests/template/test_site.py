"""What a browser is told of the page by CloudFront."""

from __future__ import annotations

import re

from scripts.site import FOLDER, pages
from tests.template.stack import Stack

API = "https://distribution.example"


def policy_of_cloudfront() -> str:
    (headers,) = Stack(UseCloudFront="true").of_type("CloudFront::ResponseHeadersPolicy").values()
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy: str = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    return policy


def test_the_policy_is_that_of_the_published_page() -> None:
    storage = [f"https://{name}Bucket.RegionalDomainName" for name in ("Uploads", "Results")]
    page = next(each for each in pages(FOLDER, "", storage) if each.key == "index.html")
    written = re.search(r'Content-Security-Policy" content="([^"]+)"', page.body.decode())
    assert written
    assert policy_of_cloudfront() == f"{written[1]}; frame-ancestors 'none'"


def test_the_policy_lets_nothing_in_that_is_not_named() -> None:
    policy = policy_of_cloudfront()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert not re.search(r"unsafe|\*|http:|data:", policy)


def test_without_cloudfront_there_is_no_such_policy() -> None:
    stack = Stack(UseCloudFront="false")
    assert not stack.of_type("CloudFront::ResponseHeadersPolicy")
