"""All implementations of each port.

embedded is files and SQLite; shared is RabbitMQ and Redis, as Debian has them; aws is against
moto's server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import redis
from mypy_boto3_sqs.literals import QueueAttributeNameType
from pydantic import SecretStr

from anime_shared.adapters.aws.jobs import DynamoJobStore
from anime_shared.adapters.aws.queue import SqsQueue
from anime_shared.adapters.embedded.jobs import SqliteJobStore
from anime_shared.adapters.embedded.layout import Layout
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.adapters.rabbitmq import dead_letters_of
from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.queue import RabbitQueue
from anime_shared.adapters.redis import open_records
from anime_shared.composition import open_platform
from anime_shared.platform import Platform
from anime_shared.ports.job_store import JobStore
from anime_shared.ports.queue import Queue
from anime_shared.settings import PlatformSettings
from tests.aws_stand_in import aws_stand_in
from tests.servers import Rabbit, RedisServer, rabbit, redis_server

VISIBILITY_SECONDS = 1
MAX_DELIVERIES = 3


@dataclass(frozen=True)
class QueueAndDeadLetters:
    queue: Queue
    dead_letters: Queue


@pytest.fixture(scope="package")
def cloud() -> Iterator[str]:
    """Endpoint of an S3, DynamoDB and SQS that boto3 finds by its environment."""
    with aws_stand_in() as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        environment.setenv("AWS_ENDPOINT_URL", endpoint)
        yield endpoint


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    with rabbit(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture(scope="package")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def shared_settings(broker: Rabbit, store_server: RedisServer, tmp_path: Path) -> PlatformSettings:
    """A broker and a Redis in which nothing is left of the test before."""
    redis.Redis.from_url(store_server.url).flushall()
    return PlatformSettings(
        data_dir=tmp_path / "var",
        visibility_timeout=VISIBILITY_SECONDS,
        retention=60,
        queue_url=SecretStr(broker.url),
        cache_url=SecretStr(store_server.url),
    )


@pytest.fixture(params=["embedded", "shared", "aws"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "aws":
        request.getfixturevalue("cloud")
    return str(request.param)


def new_name() -> str:
    return f"test-{secrets.token_hex(8)}"


def new_bucket() -> str:
    bucket = new_name()
    boto3.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return bucket


def new_table() -> str:
    table = new_name()
    boto3.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return table


def new_queue(dead_letters: str | None = None) -> str:
    sqs = boto3.client("sqs")
    attributes: dict[QueueAttributeNameType, str] = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
    if dead_letters is not None:
        arn = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])
        target = {"deadLetterTargetArn": arn["Attributes"]["QueueArn"]}
        policy = json.dumps(target | {"maxReceiveCount": MAX_DELIVERIES})
        attributes["RedrivePolicy"] = policy
    return sqs.create_queue(QueueName=new_name(), Attributes=attributes)["QueueUrl"]


@pytest.fixture
def settings(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> PlatformSettings:
    if kind == "shared":
        found: PlatformSettings = request.getfixturevalue("shared_settings")
        return found
    if kind == "embedded":
        return PlatformSettings(
            data_dir=tmp_path / "var", visibility_timeout=VISIBILITY_SECONDS, retention=60
        )
    return PlatformSettings(
        platform="aws",
        uploads_bucket=new_bucket(),
        results_bucket=new_bucket(),
        table=new_table(),
        queue_url=SecretStr(new_queue()),
        finished_queue_url=new_queue(),
    )


@pytest.fixture
def platform(settings: PlatformSettings) -> Platform:
    return open_platform(settings)


@pytest.fixture
def job_store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> JobStore:
    if kind == "shared":
        return open_records(request.getfixturevalue("shared_settings"))
    if kind == "embedded":
        return SqliteJobStore(Layout(tmp_path).records())
    return DynamoJobStore(boto3.client("dynamodb"), new_table())


@pytest.fixture
def queues(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[QueueAndDeadLetters]:
    if kind == "shared":
        with rabbit_queues(request.getfixturevalue("broker")) as made:
            yield made
    elif kind == "embedded":
        database = Layout(tmp_path).queues()
        yield QueueAndDeadLetters(
            SqliteQueue(database, "queue", VISIBILITY_SECONDS, MAX_DELIVERIES, "dead"),
            SqliteQueue(database, "dead", VISIBILITY_SECONDS, MAX_DELIVERIES, None),
        )
    else:
        dead = new_queue()
        sqs = boto3.client("sqs")
        yield QueueAndDeadLetters(SqsQueue(sqs, new_queue(dead)), SqsQueue(sqs, dead))


@contextmanager
def rabbit_queues(broker: Rabbit) -> Iterator[QueueAndDeadLetters]:
    name = new_name()
    dead = dead_letters_of(name)
    with closing(Link(broker.url)) as one, closing(Link(broker.url)) as other:
        yield QueueAndDeadLetters(
            RabbitQueue(one, name, VISIBILITY_SECONDS, MAX_DELIVERIES, dead),
            RabbitQueue(other, dead, VISIBILITY_SECONDS, MAX_DELIVERIES, None),
        )
