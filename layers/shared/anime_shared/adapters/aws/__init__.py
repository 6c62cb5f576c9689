"""The ports in the cloud: S3, DynamoDB and SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from anime_shared.adapters.aws.jobs import DynamoJobStore
from anime_shared.adapters.aws.objects import S3ObjectStore
from anime_shared.adapters.aws.queue import LONGEST_WAIT_SECONDS, SqsQueue
from anime_shared.adapters.aws.unavailable import told_as_unavailable
from anime_shared.ledger import Ledger
from anime_shared.platform import Platform
from anime_shared.settings import PlatformSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ANSWER_SECONDS: Final = 5
_CONFIG: Final = Config(
    connect_timeout=_ANSWER_SECONDS,
    read_timeout=_ANSWER_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 3},
)
# Older signatures, which some regions still get by default, sign neither size nor type; us-east-1
# still gets the world-wide endpoint.
_OF_S3: Final = _CONFIG.merge(
    Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
)
# Each bucket at its own host: the page's policy names these. By itself it signs for the world-wide
# endpoint, which redirects to the region's, and a redirected PUT is refused.
_OF_SIGNING: Final = _OF_S3.merge(
    # Its stubs lack the first of them.
    Config(  # type: ignore[call-arg]
        ignore_configured_endpoint_urls=True,
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
)
_OF_SQS: Final = _CONFIG.merge(Config(read_timeout=_ANSWER_SECONDS + LONGEST_WAIT_SECONDS))


def open_aws(settings: PlatformSettings) -> Platform:
    """The platform in the account and region of the environment; its resources must exist.

    Raises:
        StorageUnavailable: the environment names no region.
    """
    names = (
        settings.uploads_bucket,
        settings.results_bucket,
        settings.table,
        settings.queue_url and settings.queue_url.get_secret_value(),
        settings.finished_queue_url,
    )
    uploads, results, table, jobs, finished = (name or "" for name in names)
    with told_as_unavailable():
        s3 = boto3.client("s3", config=_OF_S3)
        signing_s3 = _signing_client(settings.public_s3_endpoint, s3)
        dynamodb = boto3.client("dynamodb", config=_CONFIG)
        sqs = boto3.client("sqs", config=_OF_SQS)
    pictures = S3ObjectStore(s3, results, signing_s3)
    return Platform(
        uploads=S3ObjectStore(s3, uploads, signing_s3),
        results=pictures,
        copies=pictures,
        ledger=Ledger(DynamoJobStore(dynamodb, table)),
        jobs=SqsQueue(sqs, jobs),
        finished=SqsQueue(sqs, finished),
    )


def _signing_client(public: str | None, s3: S3Client) -> S3Client:
    if public is None:
        signing = boto3.client("s3", config=_OF_SIGNING)
        if signing.meta.endpoint_url == s3.meta.endpoint_url:
            return signing
    # An emulator's buckets have no hosts of their own.
    return boto3.client("s3", endpoint_url=public or s3.meta.endpoint_url, config=_OF_S3)
