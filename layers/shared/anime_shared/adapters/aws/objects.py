"""Objects in an S3 bucket."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from botocore.exceptions import ClientError

from anime_shared.adapters.aws.unavailable import code_of, told_as_unavailable
from anime_shared.ports.object_store import SignedRequest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A HEAD has no body that could name the error.
_MISSING: Final = ("NoSuchKey", "404")
_NOTHING_THERE: Final = (*_MISSING, "InvalidRange")


class S3ObjectStore:
    """An ``ObjectStore`` in a bucket; ``signing_client`` knows it as clients do.

    The role must be allowed to list the bucket, or S3 answers "forbidden" where there is nothing.
    """

    def __init__(self, client: S3Client, bucket: str, signing_client: S3Client) -> None:
        self._client = client
        self._bucket = bucket
        self._signing_client = signing_client

    def put(self, key: str, data: bytes | IO[bytes], content_type: str) -> None:
        """Write an object, at once or not at all; replaces what was there."""
        with told_as_unavailable():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType=content_type
            )

    def get(self, key: str) -> bytes | None:
        """The object's bytes; ``None`` if there is none."""
        with told_as_unavailable():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise
            with answer["Body"] as body:
                return body.read()

    def size(self, key: str) -> int | None:
        """The object's size in bytes; ``None`` if there is none."""
        with told_as_unavailable():
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise
        return answer["ContentLength"]

    def read_start(self, key: str, count: int) -> bytes:
        """The first ``count`` bytes, or all if there are fewer; none if there is no object."""
        with told_as_unavailable():
            try:
                answer = self._client.get_object(
                    Bucket=self._bucket, Key=key, Range=f"bytes=0-{count - 1}"
                )
            except ClientError as error:
                if code_of(error) in _NOTHING_THERE:
                    return b""
                raise
            with answer["Body"] as body:
                return body.read()

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""
        with told_as_unavailable():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def sign_put(self, key: str, size: int, content_type: str, seconds: float) -> SignedRequest:
        """Let someone write this object, of exactly this size and type."""
        fields = {"ContentType": content_type, "ContentLength": size}
        return self._signed("PUT", key, fields, seconds, {"Content-Type": content_type})

    def sign_get(
        self, key: str, content_type: str, file_name: str, seconds: float
    ) -> SignedRequest:
        """Let someone read this object; a browser saves it as ``file_name``."""
        disposition = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
        fields = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
        }
        return self._signed("GET", key, fields, seconds, {})

    def _signed(
        self,
        method: Literal["PUT", "GET"],
        key: str,
        fields: dict[str, Any],
        seconds: float,
        headers: dict[str, str],
    ) -> SignedRequest:
        expires_at = time.time() + seconds
        with told_as_unavailable():
            url = self._signing_client.generate_presigned_url(
                "put_object" if method == "PUT" else "get_object",
                Params={"Bucket": self._bucket, "Key": key, **fields},
                ExpiresIn=int(seconds),
            )
        return SignedRequest(url, method, expires_at, headers)
