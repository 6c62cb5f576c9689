"""``python -m scripts.site --bucket NAME --api-url URL``: publishes the site."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import boto3
import typer

FOLDER: Final = Path(__file__).parents[1] / "frontend_site"
_CONFIG: Final = "config.js"
_URL: Final = re.compile(r"(https?://[^\s/?#]+(/[^\s?#]*)?)?")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# What names the other files, and the API, is asked for each time; the others change seldom, and
# never their names.
_ASKED_FOR: Final = "no-cache"
_KEPT: Final = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site as a bucket is to hold it."""

    key: str
    body: bytes
    content_type: str
    cache_control: str


def pages(folder: Path, api_url: str) -> list[Page]:
    """The site's files, those last that name the others.

    Args:
        folder: where they lie.
        api_url: of the API; empty if it is at the site's own address.

    Raises:
        ValueError: ``api_url`` is no URL, or a file is of a type that no site has.
    """
    if _URL.fullmatch(api_url) is None:
        raise ValueError(f"{api_url!r} is not the URL of an API")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    found = [_page(file, file.relative_to(folder).as_posix(), api_url) for file in files]
    return sorted(found, key=lambda page: page.key.endswith(".html"))


def _page(file: Path, key: str, api_url: str) -> Page:
    if file.suffix not in _TYPES:
        raise ValueError(f"{key} is of no type that a site has")
    body = file.read_bytes()
    if key == _CONFIG:
        body = f"window.ANIME_API_URL = {json.dumps(api_url.rstrip('/'))};\n".encode()
    asked_for = key == _CONFIG or file.suffix == ".html"
    return Page(key, body, _TYPES[file.suffix], _ASKED_FOR if asked_for else _KEPT)


def main(
    bucket: Annotated[str, typer.Option(help="Of the site (output SiteBucketName).")],
    api_url: Annotated[str, typer.Option(help="Of the API (output ApiUrl).")],
    *,
    dry_run: Annotated[bool, typer.Option(help="Say what would be published.")] = False,
) -> None:
    """Publish the site in a bucket."""
    s3 = boto3.client("s3")
    try:
        found = pages(FOLDER, api_url)
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
