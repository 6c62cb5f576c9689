"""Giving out uploads: a place where one file may be sent, once."""

from __future__ import annotations

import re
from typing import Final, Literal

from anime_shared.errors import UploadTooLarge
from anime_shared.jobs import Upload, new_id
from anime_shared.options import OutputFormat
from anime_shared.platform import Platform
from anime_shared.ports.object_store import SignedRequest
from anime_web.logic.rules import Rules

ContentType = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/gif",
]
_LONGEST_NAME: Final = 200
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069<>:"|?*]+')


def safe_file_name(name: str) -> str:
    """The last part of a name that a client sent, fit to be a file's name anywhere.

    At most 200 characters, the suffix kept; ``photo`` if nothing is left.
    """
    last = _UNSAFE.sub("", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, suffix = last.rpartition(".")
    if not dot or len(suffix) > 16:
        return last[:_LONGEST_NAME] or "photo"
    return f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}"


def result_file_name(file_name: str, fmt: OutputFormat) -> str:
    """What the picture made of a photo is called: ``me.png`` becomes ``me_anime.jpg``."""
    stem = file_name.rpartition(".")[0] or file_name
    return f"{stem}_anime.{'jpg' if fmt is OutputFormat.JPEG else fmt.value}"


def make_upload(
    platform: Platform, rules: Rules, file_name: str, size: int, content_type: ContentType
) -> tuple[Upload, SignedRequest]:
    """A new upload, and the request by which its file is sent.

    Args:
        platform: where it is remembered.
        rules: the operator's.
        file_name: as the client calls it.
        size: of the file, in bytes; at least 1.
        content_type: of the file.

    Raises:
        UploadTooLarge: more bytes than the limit.
        StorageUnavailable: the store can't be written.
    """
    if size > rules.max_upload_bytes:
        raise UploadTooLarge(
            f"size: a picture has at most {rules.max_upload_bytes} bytes",
            field="size",
            limit=rules.max_upload_bytes,
        )
    now = platform.ledger.now()
    upload = Upload(
        id=new_id(),
        file_name=safe_file_name(file_name),
        size=size,
        content_type=content_type,
        created_at=now,
        expires_at=now + rules.retention,
    )
    platform.ledger.add_upload(upload)
    seconds = min(rules.upload_url_seconds, rules.retention)
    return upload, platform.uploads.sign_put(upload.key, size, content_type, seconds)
