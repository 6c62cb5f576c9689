"""What the template tells the functions is what they read."""

from __future__ import annotations

import itertools
import re

import pytest
from pydantic import SecretStr

from anime_inference.settings import Settings as InferenceSettings
from anime_inference.settings import read_settings as read_inference
from anime_shared.settings import PlatformSettings
from anime_web.settings import Settings as WebSettings
from anime_web.settings import read_settings as read_web
from tests.template.conftest import KINDS
from tests.template.stack import TEMPLATE, Stack, document

SETTINGS: dict[str, type[PlatformSettings]] = {
    "WebFunction": WebSettings,
    "InferenceFunction": InferenceSettings,
}
READ = {"WebFunction": read_web, "InferenceFunction": read_inference}
# What a function can't do its work without on AWS, beside what the settings themselves ask for.
NEEDED = {
    "WebFunction": {"ANIME_INFERENCE_FUNCTION", "ANIME_INSTALLED_STYLES", "ANIME_CORS_ORIGINS"},
    "InferenceFunction": {
        "ANIME_MEMORY_BUDGET",
        "ANIME_VISIBILITY_TIMEOUT",
        "ANIME_MAX_ATTEMPTS",
        "ANIME_CORS_ORIGINS",
    },
}


def environment(stack: Stack, function: str) -> dict[str, str]:
    """As the function finds it: every value a string."""
    variables = stack.functions()[function]["Environment"]["Variables"]
    return {name: str(value) for name, value in variables.items()}


def fields_of(function: str) -> set[str]:
    return {f"ANIME_{name.upper()}" for name in SETTINGS[function].model_fields}


@pytest.mark.parametrize("function", SETTINGS)
def test_every_variable_is_a_setting_of_its_function(stack: Stack, function: str) -> None:
    unknown = environment(stack, function).keys() - fields_of(function)
    assert not unknown


@pytest.mark.parametrize("function", SETTINGS)
def test_every_setting_that_aws_needs_is_there(stack: Stack, function: str) -> None:
    given = environment(stack, function)
    assert NEEDED[function] <= given.keys()
    assert given["ANIME_PLATFORM"] == "aws"


@pytest.mark.parametrize("function", SETTINGS)
def test_the_settings_can_be_read(
    stack: Stack, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment(stack, function)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = READ[function]()
    assert settings.platform == "aws"
    assert (settings.uploads_bucket, settings.results_bucket) == ("UploadsBucket", "ResultsBucket")
    assert settings.table == "Table"
    assert settings.queue_url is not None
    assert settings.queue_url.get_secret_value() == "JobsQueue"
    assert settings.finished_queue_url == "FinishedQueue"


@pytest.mark.parametrize(
    ("parameters", "origins"), [({}, ("*",)), (KINDS["all"], ("https://anime.example.com",))]
)
def test_what_the_operator_chose_arrives(
    parameters: dict[str, str], origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(Stack(**parameters), "WebFunction").items():
        monkeypatch.setenv(name, value)
    settings = read_web()
    assert settings.cors_origins == origins
    added = tuple(filter(None, parameters.get("Styles", "").split(",")))
    assert settings.installed_styles == added
    assert settings.webhook_allow == tuple(filter(None, [parameters.get("WebhookAllow")]))
    assert (settings.webhook_secret is None) == ("WebhookSecret" not in parameters)
    assert settings.public_s3_endpoint == parameters.get("PublicS3Endpoint")


@pytest.mark.parametrize(
    "memory", document()["Parameters"]["InferenceMemory"]["AllowedValues"], ids=str
)
def test_the_models_budget_leaves_room_for_the_rest(memory: str) -> None:
    variables = environment(Stack(InferenceMemory=memory), "InferenceFunction")
    budget = int(variables["ANIME_MEMORY_BUDGET"])
    assert budget == (int(memory) - 1024) * 2**20


def test_secrets_come_from_parameters_that_are_not_shown() -> None:
    globals_ = document()["Globals"]["Function"]["Environment"]["Variables"]
    parameters = document()["Parameters"]
    seen = set()
    for function, settings in SETTINGS.items():
        own = document()["Resources"][function]["Properties"]["Environment"]["Variables"]
        for (name, value), field in itertools.product(
            {**globals_, **own}.items(), settings.model_fields.items()
        ):
            if name == f"ANIME_{field[0].upper()}" and SecretStr.__name__ in str(field[1]):
                # The address of a queue is secret where a password is in it, as SQS has none.
                if value["Ref"] in document()["Resources"]:
                    continue
                parameter = parameters[value["Ref"]]
                assert parameter["NoEcho"] is True
                assert parameter["Default"] == ""
                seen.add(name)
    assert seen == {"ANIME_WEBHOOK_SECRET"}


def test_no_secret_is_written_down() -> None:
    keys = r"AKIA[0-9A-Z]{16}|whsec_[A-Za-z0-9+/]{32}|-----BEGIN"
    named = r"(?i:password|secret|token)[ ]*[:=][ ]*[\"']?\w"
    assert not re.findall(f"{keys}|{named}", TEMPLATE.read_text())
