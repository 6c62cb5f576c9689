"""Which versions SAM publishes; it is asked itself, in its own Python, and nothing is deployed."""

from __future__ import annotations

import copy
import json
import subprocess

import pytest

from scripts.cloud.shell import WORK
from tests.template.stack import Node, document

TRANSFORM = """
import json, sys
from types import SimpleNamespace
from samtranslator.translator.transform import transform
template, parameters = json.load(sys.stdin)
print(json.dumps(transform(template, parameters, SimpleNamespace(load=dict))))
"""
FUNCTIONS = {"WebFunction", "InferenceFunction"}


def packaged(code: str) -> Node:
    """The template with places of the code in it, as `sam deploy` puts them there."""
    template = copy.deepcopy(document())
    resources = template["Resources"]
    resources["SharedLayer"]["Properties"]["ContentUri"] = f"s3://sam/layer-{code}"
    resources["WebFunction"]["Properties"]["CodeUri"] = f"s3://sam/{code}"
    resources["InferenceFunction"]["Properties"]["ImageUri"] = f"registry/anime:{code}"
    return template


def live(code: str = "one", **parameters: str) -> dict[str, str]:
    """Logical id of the version that each function's alias leads to."""
    transformed = subprocess.run(
        [WORK / "sam/bin/python", "-c", TRANSFORM],
        input=json.dumps([packaged(code), parameters]),
        env={"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    resources = json.loads(transformed.stdout)["Resources"].values()
    aliases = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Alias"]
    return {
        each["FunctionName"]["Ref"]: each["FunctionVersion"]["Fn::GetAtt"][0] for each in aliases
    }


def test_another_release_is_another_version_of_every_function() -> None:
    before, after = live(Release="1796000000"), live(Release="1796000001")
    assert before.keys() == after.keys() == FUNCTIONS
    assert all(before[name] != after[name] for name in FUNCTIONS)
    # Why it is there.
    assert live(SiteOrigin="https://anime.example.com") == live(SiteOrigin="*")


@pytest.mark.parametrize(("code", "changed"), [("one", False), ("two", True)])
def test_without_a_release_changed_code_is_another_version(code: str, changed: bool) -> None:
    before, after = live("one"), live(code)
    assert all((before[name] != after[name]) is changed for name in FUNCTIONS)
