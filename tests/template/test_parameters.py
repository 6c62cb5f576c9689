"""An operator can fill in the form without reading the code."""

from __future__ import annotations

import re

import pytest

from tests.template.stack import Node, document, named

PARAMETERS: Node = document()["Parameters"]
INTERFACE: Node = document()["Metadata"]["AWS::CloudFormation::Interface"]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_described_and_its_default_is_allowed(name: str) -> None:
    parameter = PARAMETERS[name]
    assert len(parameter["Description"]) > 20
    default = parameter["Default"]
    allowed = parameter.get("AllowedValues")
    assert allowed is None or str(default) in map(str, allowed)
    if "AllowedPattern" in parameter:
        assert re.fullmatch(parameter["AllowedPattern"], default)
    if parameter["Type"] == "Number":
        lowest, highest = parameter.get("MinValue", default), parameter.get("MaxValue", default)
        assert int(lowest) <= int(default) <= int(highest)


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_is_not_allowed_is_refused(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter.keys() & {"AllowedValues", "AllowedPattern", "MinValue"}
    # CloudFormation's own words would be the pattern.
    assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter)


def test_every_parameter_is_in_one_group_and_has_a_label() -> None:
    grouped = [name for group in INTERFACE["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(PARAMETERS)
    assert all(group["Label"]["default"] for group in INTERFACE["ParameterGroups"])
    assert INTERFACE["ParameterLabels"].keys() == PARAMETERS.keys()
    assert all(label["default"] for label in INTERFACE["ParameterLabels"].values())


def test_every_parameter_is_used() -> None:
    rest = [document()[part] for part in ("Conditions", "Globals", "Resources")]
    assert PARAMETERS.keys() <= named(rest)


def test_every_output_is_described() -> None:
    outputs = document()["Outputs"]
    assert {"SiteUrl", "ApiUrl"} <= outputs.keys()
    assert all(len(output["Description"]) > 10 for output in outputs.values())
