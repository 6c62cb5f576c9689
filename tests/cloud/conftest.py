"""The deployed stack, which ``make cloud-test`` brings up."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from scripts.cloud.stack import NAME
from tests.cloud.site import Site
from tests.cloud.stack import Stack, find_stack


@pytest.fixture(scope="session")
def stack() -> Stack:
    return find_stack(NAME)


@pytest.fixture(scope="session")
def trusted(stack: Stack) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=stack.certificate)


@pytest.fixture(scope="session")
def http(trusted: ssl.SSLContext) -> Iterator[httpx2.Client]:
    with httpx2.Client(verify=trusted, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def site(stack: Stack, http: httpx2.Client) -> Site:
    """The API as a browser uses it."""
    return Site(http, stack.api_url)


@pytest.fixture(scope="session")
def website(stack: Stack) -> str:
    """The address of the published page."""
    options = {
        "--bucket": stack.outputs["SiteBucketName"],
        "--api-url": stack.api_url,
        "--storage": stack.outputs["StorageOrigins"],
    }
    told = [part for option in options.items() for part in option]
    subprocess.run([sys.executable, "-m", "scripts.site", *told], check=True, capture_output=True)
    return stack.outputs["SiteUrl"]
