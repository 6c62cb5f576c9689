"""``python -m scripts.site``: publishes the site, with the addresses of the API written in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import boto3
import typer

from anime_web.entry.http.page import CONTENT_TYPES

FOLDER: Final = Path(__file__).parents[1] / "frontend_site"
_CONFIG: Final = "config.js"
_URL: Final = re.compile(r"(https?://[^\s/?#]+(/[^\s?#]*)?)?")
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:-]+")
# Of the page's own policy: where it may send to and fetch from.
_CONNECT: Final = "connect-src 'self'"
# Code of two versions must not meet in one page, so it is asked for each time, and answered with
# "not modified"; pictures and fonts may be old.
_ASKED_FOR: Final = "no-cache"
_KEPT: Final = "public, max-age=86400"
_OF_CODE: Final = (".css", ".html", ".js", ".json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site as a bucket is to hold it."""

    key: str
    body: bytes
    content_type: str
    cache_control: str


def pages(
    folder: Path, api_url: str, storage: Sequence[str] = (), docs_url: str | None = None
) -> list[Page]:
    """The site's files, those last that name the others.

    Args:
        folder: where they lie.
        api_url: of the API; empty if it is at the site's own address.
        docs_url: of its documentation; by default below ``api_url``.
        storage: origins that photos are sent to and pictures come from, if they are others.

    Raises:
        ValueError: ``api_url`` is no URL, ``storage`` has what is no origin, or a file is of a
            type that no site has.
    """
    for url in (api_url, docs_url or ""):
        if _URL.fullmatch(url) is None:
            raise ValueError(f"{url!r} is not the URL of an API")
    for origin in storage:
        if _ORIGIN.fullmatch(origin) is None:
            raise ValueError(f"{origin!r} is not an origin")
    of_api = _ORIGIN.match(api_url)
    others = [*([of_api[0]] if of_api else []), *storage]
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    api_url = api_url.rstrip("/")
    config = _config(api_url, docs_url or f"{api_url}/docs")
    found = [_page(file, file.relative_to(folder).as_posix(), config, others) for file in files]
    return sorted(found, key=lambda page: page.key.endswith(".html"))


def _config(api_url: str, docs_url: str) -> bytes:
    constants = {"API_URL": api_url, "DOCS_URL": docs_url}
    lines = [f"export const {name} = {json.dumps(url)};\n" for name, url in constants.items()]
    return "".join(lines).encode()


def _page(file: Path, key: str, config: bytes, others: Sequence[str]) -> Page:
    if file.suffix not in CONTENT_TYPES:
        raise ValueError(f"{key} is of no type that a site has")
    body = file.read_bytes()
    if key == _CONFIG:
        body = config
    if file.suffix == ".html":
        allowed = " ".join([_CONNECT, *dict.fromkeys(others)])
        body = body.replace(_CONNECT.encode(), allowed.encode())
    kept = _ASKED_FOR if file.suffix in _OF_CODE else _KEPT
    return Page(key, body, CONTENT_TYPES[file.suffix], kept)


def main(
    bucket: Annotated[str, typer.Option(help="Of the site (output SiteBucketName).")],
    api_url: Annotated[str, typer.Option(help="Of the API (output ApiUrl).")],
    storage: Annotated[
        str, typer.Option(help="Origins of the storage, with blanks (output StorageOrigins).")
    ] = "",
    docs_url: Annotated[
        str | None, typer.Option(help="Of its documentation (output DocsUrl).")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option(help="Say what would be published.")] = False,
) -> None:
    """Publish the site in a bucket."""
    s3 = boto3.client("s3")
    try:
        found = pages(FOLDER, api_url, storage.split(), docs_url)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    for page in found:
        typer.echo(f"{page.key}: {page.content_type}, {page.cache_control}, {len(page.body)} bytes")
        if not dry_run:
            s3.put_object(
                Bucket=bucket,
                Key=page.key,
                Body=page.body,
                ContentType=page.content_type,
                CacheControl=page.cache_control,
            )


if __name__ == "__main__":
    typer.run(main)
