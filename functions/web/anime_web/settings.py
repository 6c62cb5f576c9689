"""Every setting of the web function, validated once at the start."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import DirectoryPath, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from anime_shared import settings
from anime_shared.settings import PlatformSettings, none_if_empty, split_list
from anime_shared.styles import find_style
from anime_web.logic.webhooks import AllowList


class Settings(PlatformSettings):
    """What the web function reads beside the shared settings."""

    inference_url: Annotated[
        str, Field(pattern="^https?://", description="Where the inference function answers.")
    ] = "http://127.0.0.1:8001"
    inference_function: Annotated[
        str | None,
        Field(
            max_length=256,
            description="Name or ARN of the inference function on AWS Lambda; set: it is invoked, "
            "and ANIME_INFERENCE_URL is not used.",
        ),
    ] = None
    forward_timeout: Annotated[
        float,
        Field(
            gt=0,
            le=900,
            description="Seconds that it has for an answer, from when it has the whole photo. A "
            "gateway that gives up earlier answers in its own words.",
        ),
    ] = 28
    upload_url_seconds: Annotated[
        float, Field(ge=1, le=604_800, description="How long a file may be sent to its upload.")
    ] = 900
    result_url_seconds: Annotated[
        float, Field(ge=1, le=604_800, description="How long a link to a result holds.")
    ] = 900
    webhook_allow: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(description="Beginnings of URLs that may be told of a job's end; none: no webhooks."),
    ] = ()
    webhook_secret: Annotated[
        SecretStr | None,
        Field(description="Signs webhooks, see standardwebhooks.com: `whsec_` and base64."),
    ] = None
    rate_limit: Annotated[
        str,
        Field(
            pattern=r"^([1-9]\d{0,8}/(second|minute|hour|day))?$",
            description="What one client may POST, PUT or DELETE where no gateway limits it; "
            "empty: anything.",
        ),
    ] = "600/minute"
    installed_styles: Annotated[
        tuple[str, ...] | None,
        NoDecode,
        Field(
            description="Styles that can be used beside the bundled ones; unset: those installed "
            "here."
        ),
    ] = None
    public_url: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="The web function as clients see it, for links; none: as the request says, "
            "which a proxy may have changed. Webhooks without AWS need it, or their links have no "
            "host.",
        ),
    ] = None
    site_dir: Annotated[
        DirectoryPath | None,
        Field(
            description="Folder of the page, served where ANIME_PLATFORM is embedded; empty: no "
            "page. `animegan serve` finds the repository's."
        ),
    ] = None

    # Under another name than the parent's, which it would replace.
    _split_too = field_validator("webhook_allow", "installed_styles", mode="before")(split_list)
    _unset_too = field_validator(
        "inference_function", "public_url", "site_dir", "webhook_secret", mode="before"
    )(none_if_empty)

    @field_validator("webhook_allow")
    @classmethod
    def _are_addresses(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        AllowList(prefixes)
        return prefixes

    @field_validator("installed_styles")
    @classmethod
    def _are_known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return (
            None
            if names is None
            else tuple(find_style(name, "ANIME_INSTALLED_STYLES").id for name in names)
        )

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_key(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            try:
                key = decode_secret(secret)
            except binascii.Error:
                raise ValueError("it must be `whsec_` and base64") from None
            if not 24 <= len(key) <= 64:
                raise ValueError("it must have 24 to 64 bytes")
        return secret


def decode_secret(secret: SecretStr) -> bytes:
    """The key in a webhook secret.

    Raises:
        binascii.Error: it isn't base64.
    """
    return base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidField: a variable is not valid; the message names it.
    """
    return settings.read_settings(Settings)
