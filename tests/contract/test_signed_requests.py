"""What the signed requests of each store allow, and nothing more."""

from __future__ import annotations

import time
from email.message import Message
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest

from anime_shared.adapters.embedded.objects import FileObjectStore
from anime_shared.adapters.embedded.signing import Grant, Signer, own_secret
from anime_shared.composition import open_platform
from anime_shared.errors import BadSignature
from anime_shared.platform import Platform
from anime_shared.ports.object_store import SignedRequest
from anime_shared.settings import PlatformSettings

KEY = "jobs/Zk3_b-x9"
NAME = 'Zoë "🎨"; filename=evil.exe\r\nSet-Cookie: a=b.png'


def of(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, indirect=True)


def token_of(signed: SignedRequest) -> str:
    head, _, token = signed.url.rpartition("/")
    assert head == "/storage"
    return token


def signer_of(platform: Platform) -> Signer:
    assert isinstance(platform.uploads, FileObjectStore)
    return platform.uploads.signer


@of("embedded")
def test_a_token_opens_to_what_was_granted(platform: Platform) -> None:
    put = platform.uploads.sign_put(KEY, 3, "image/png", 60)
    get = platform.results.sign_get(KEY, "image/webp", NAME, 60)
    assert signer_of(platform).open(token_of(put), time.time()) == Grant(
        store="uploads",
        method="PUT",
        key=KEY,
        content_type="image/png",
        size=3,
        expires_at=put.expires_at,
    )
    assert signer_of(platform).open(token_of(get), time.time()) == Grant(
        store="results",
        method="GET",
        key=KEY,
        content_type="image/webp",
        file_name=NAME,
        expires_at=get.expires_at,
    )
    assert put.headers == {"Content-Type": "image/png"}


@of("embedded")
def test_a_token_ends_when_its_time_is_over(platform: Platform) -> None:
    signed = platform.uploads.sign_put(KEY, 3, "image/png", 60)
    assert signed.expires_at == pytest.approx(time.time() + 60, abs=5)
    signer_of(platform).open(token_of(signed), signed.expires_at - 0.1)
    with pytest.raises(BadSignature):
        signer_of(platform).open(token_of(signed), signed.expires_at)


@of("embedded")
@pytest.mark.parametrize("where", [0, 20, -1], ids=["start", "middle", "signature"])
def test_a_changed_token_is_refused(platform: Platform, where: int) -> None:
    token = list(token_of(platform.uploads.sign_put(KEY, 3, "image/png", 60)))
    # The last character of 32 bytes in base64 has two spare bits: one apart is not enough.
    token[where] = "A" if token[where] != "A" else "Q"
    with pytest.raises(BadSignature):
        signer_of(platform).open("".join(token), time.time())


@pytest.mark.parametrize("token", ["", ".", "no.token", "ü.ü", "a" * 100_000])
def test_what_is_no_token_is_refused(tmp_path: Path, token: str) -> None:
    with pytest.raises(BadSignature):
        Signer(own_secret(tmp_path / "secret")).open(token, time.time())


def test_another_secret_signs_other_tokens(tmp_path: Path) -> None:
    ours, theirs = (Signer(own_secret(tmp_path / name)) for name in ("ours", "theirs"))
    grant = Grant(
        store="uploads", method="PUT", key=KEY, content_type="image/png", expires_at=2e9, size=3
    )
    assert ours.open(ours.sign(grant), 0) == grant
    with pytest.raises(BadSignature):
        ours.open(theirs.sign(grant), 0)


def test_the_secret_stays_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    assert own_secret(file) == own_secret(file)
    assert len(own_secret(file)) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@of("aws")
def test_a_presigned_put_signs_size_and_type(platform: Platform) -> None:
    signed = platform.uploads.sign_put(KEY, 3, "image/png", 60)
    query = parse_qs(urlsplit(signed.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Expires"] == ["60"]
    assert signed.method == "PUT"
    answer = httpx.put(signed.url, content=b"abc", headers=signed.headers)
    assert answer.status_code == 200
    assert platform.uploads.get(KEY) == b"abc"


@of("aws")
def test_a_presigned_get_gives_type_and_name(platform: Platform) -> None:
    platform.results.put(KEY, b"abc", "application/octet-stream")
    signed = platform.results.sign_get(KEY, "image/png", NAME, 60)
    answer = httpx.get(signed.url)
    assert (answer.status_code, answer.content) == (200, b"abc")
    assert answer.headers["content-type"] == "image/png"
    disposition = Message()
    disposition["content-disposition"] = answer.headers["content-disposition"]
    assert disposition.get_content_disposition() == "attachment"
    assert disposition.get_filename() == NAME


@of("aws")
def test_presigned_urls_name_the_endpoint_that_clients_see(settings: PlatformSettings) -> None:
    public = settings.model_copy(update={"public_s3_endpoint": "https://pictures.example.org"})
    signed = open_platform(public).uploads.sign_put(KEY, 3, "image/png", 60)
    assert signed.url.startswith(f"https://pictures.example.org/{settings.uploads_bucket}/{KEY}?")
