"""The settings that both functions share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from anime_shared.errors import InvalidField
from anime_shared.problems import invalid_field
from anime_shared.server_urls import check_cache_url, check_queue_url, is_rabbitmq
from anime_shared.variants import Variants

MEBIBYTE = 2**20
_NEEDED_ON_AWS = ("uploads_bucket", "results_bucket", "table", "queue_url", "finished_queue_url")
S = TypeVar("S", bound="PlatformSettings")


def split_list(value: Any) -> Any:
    """A list as people write it in one variable: separated by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def none_if_empty(value: Any) -> Any:
    """A text that may be left out; a template's parameter can't be, only be empty."""
    return None if value == "" else value


class PlatformSettings(BaseSettings):
    """Read from environment variables with the prefix ``ANIME_``; frozen.

    Raises:
        pydantic.ValidationError: a variable has a value outside its limits.
    """

    model_config = SettingsConfigDict(env_prefix="ANIME_", frozen=True, extra="ignore")

    platform: Annotated[
        Literal["embedded", "aws"],
        Field(description="embedded: files and SQLite; aws: S3, DynamoDB and SQS."),
    ] = "embedded"
    data_dir: Annotated[Path, Field(description="Where the embedded stores and queues lie.")] = (
        Path("var")
    )
    uploads_bucket: Annotated[str | None, Field(description="S3 bucket of uploads.")] = None
    results_bucket: Annotated[str | None, Field(description="S3 bucket of results.")] = None
    table: Annotated[str | None, Field(description="DynamoDB table of jobs.")] = None
    queue_url: Annotated[
        SecretStr | None,
        Field(description="SQS queue of jobs on AWS; embedded, a RabbitMQ: amqp:// or amqps://."),
    ] = None
    finished_queue_url: Annotated[
        str | None, Field(description="SQS queue of jobs that ended, for webhooks and zips.")
    ] = None
    cache_url: Annotated[
        SecretStr | None,
        Field(
            description="Redis for job states and hot results: redis:// or rediss://; unset: "
            "SQLite and files."
        ),
    ] = None
    public_s3_endpoint: Annotated[
        str | None,
        Field(pattern="^https?://", description="S3 as clients see it, if not as functions do."),
    ] = None
    model_folder: Annotated[Path, Field(description="Where installed styles lie.")] = Path(
        platformdirs.user_data_dir("animegan"), "models"
    )
    max_upload_bytes: Annotated[
        int, Field(ge=1024, description="Largest file that is accepted, in bytes.")
    ] = 32 * MEBIBYTE
    retention: Annotated[
        float, Field(ge=60, description="Seconds until uploads, results and jobs expire.")
    ] = 86_400
    visibility_timeout: Annotated[
        float,
        Field(
            ge=1,
            le=43_200,
            description="Seconds until an abandoned job is tried again. Workers renew it; on AWS "
            "nobody does: longer than the inference function's timeout, or jobs are painted twice.",
        ),
    ] = 15
    max_attempts: Annotated[
        int, Field(ge=1, le=100, description="Attempts at a job before it is given up.")
    ] = 3
    variants: Annotated[
        str,
        Field(
            description="Models that share a style's clients, as `hayao=student:0.9,full:0.1`; "
            "several styles are separated by `;`."
        ),
    ] = ""
    api_keys: Annotated[
        tuple[SecretStr, ...],
        NoDecode,
        Field(description="Keys of which a client must send one; none: open to all."),
    ] = ()
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="Log lines for people, or for machines; on AWS Lambda always json."),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Which log lines are written."),
    ] = "info"
    log_dir: Annotated[
        Path | None,
        Field(
            description="Folder of log files, one a service, beside the lines on stderr; each is "
            "begun anew at 10 MiB, and five are kept."
        ),
    ] = None
    otlp_endpoint: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="A collector of traces that takes OTLP over HTTP, as "
            "`http://collector:4318`; on AWS Lambda, X-Ray has them.",
        ),
    ] = None
    metrics_port: Annotated[
        int | None,
        Field(
            ge=0,
            le=65_535,
            description="Port of `/metrics` for Prometheus, beside the service's own; none: no "
            "numbers are told.",
        ),
    ] = None
    metrics_host: Annotated[
        str,
        Field(
            description="Address of that port. The numbers are the operator's: no address that "
            "strangers reach."
        ),
    ] = "127.0.0.1"
    metrics_folder: Annotated[
        Path | None,
        Field(
            validation_alias="PROMETHEUS_MULTIPROC_DIR",
            description="Where processes of one machine put their numbers, for one of them to "
            "tell; `animegan serve` sets it.",
        ),
    ] = None
    cors_origins: Annotated[
        tuple[str, ...], NoDecode, Field(description="Origins whose pages may call; `*` is any.")
    ] = ()

    _split = field_validator("api_keys", "cors_origins", mode="before")(split_list)
    _unset = field_validator(
        "cache_url",
        "log_dir",
        "metrics_port",
        "otlp_endpoint",
        "public_s3_endpoint",
        "queue_url",
        mode="before",
    )(none_if_empty)
    _a_queue = field_validator("queue_url")(check_queue_url)
    _a_redis = field_validator("cache_url")(check_cache_url)

    @property
    def job_deliveries(self) -> int:
        """Deliveries of a job; the one after its last attempt is for marking it as failed."""
        return self.max_attempts + 1

    @property
    def on_rabbitmq(self) -> bool:
        """Whether the queues are a RabbitMQ's."""
        return is_rabbitmq(self.queue_url)

    @field_validator("variants")
    @classmethod
    def _are_variants(cls, text: str) -> str:
        Variants.parse(text)
        return text

    @model_validator(mode="after")
    def _complete(self) -> PlatformSettings:
        if self.platform == "aws":
            for name in _NEEDED_ON_AWS:
                if getattr(self, name) is None:
                    raise ValueError(f"ANIME_{name.upper()} is needed where ANIME_PLATFORM is aws")
            if self.on_rabbitmq or self.cache_url is not None:
                raise ValueError("RabbitMQ and Redis are for ANIME_PLATFORM=embedded")
        return self


def read_settings(model: type[S]) -> S:
    """The settings of this process.

    Raises:
        InvalidField: a variable is not valid; the message names it.
    """
    try:
        return model()
    except ValidationError as error:
        problem = invalid_field(error.errors())
        name, _, reason = problem.detail.partition(":")
        if not error.errors()[0]["loc"]:
            raise InvalidField(reason.strip()) from None
        raise InvalidField(
            f"ANIME_{name.upper()}:{reason}", field=problem.field, limit=problem.limit
        ) from None
