"""``template.yaml`` as CloudFormation would see it, for given parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "anime",
    "AWS::URLSuffix": "amazonaws.com",
}
_ABSENT = object()
Node = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Knows the short forms: ``!Ref X`` is ``{"Ref": X}``, ``!Sub X`` is ``{"Fn::Sub": X}``."""


def _short_form(loader: _Loader, tag: str, node: yaml.Node) -> Node:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def document() -> Node:
    """The template as it is written."""
    loaded: Node = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a SafeLoader
    return loaded


class Stack:
    """The resources of a stack, all functions resolved.

    What AWS would make up is told by the logical name: ``Ref`` is the name itself, ``GetAtt`` of
    an ARN is ``arn:aws:::Name``, and a function's alias ``arn:aws:::Name:live``.
    """

    def __init__(self, **parameters: str) -> None:
        self._document = document()
        defaults = {name: each["Default"] for name, each in self._document["Parameters"].items()}
        assert parameters.keys() <= defaults.keys()
        self._parameters = {**defaults, **parameters}
        self.resources: Node = {
            name: self.resolve(resource)
            for name, resource in self._document["Resources"].items()
            if self._holds(resource)
        }

    def of_type(self, kind: str) -> dict[str, Node]:
        """The properties of all resources of a type that the template has, by name."""
        kinds = {resource["Type"] for resource in document()["Resources"].values()}
        assert f"AWS::{kind}" in kinds, kind
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def functions(self) -> dict[str, Node]:
        """The properties of the functions, with what ``Globals`` adds."""
        shared = self.resolve(self._document["Globals"]["Function"])
        variables = shared["Environment"]["Variables"]
        merged = {}
        for name, own in self.of_type("Serverless::Function").items():
            environment = {**variables, **own["Environment"]["Variables"]}
            merged[name] = {**shared, **own, "Environment": {"Variables": environment}}
        return merged

    def resolve(self, node: Any) -> Any:
        """The node with nothing left to be computed."""
        if isinstance(node, dict):
            if len(node) == 1:
                ((name, argument),) = node.items()
                if name in ("Ref", "Condition") or name.startswith("Fn::"):
                    return self._call(name.removeprefix("Fn::"), argument)
            resolved = {key: self.resolve(value) for key, value in node.items()}
            return {key: value for key, value in resolved.items() if value is not _ABSENT}
        if isinstance(node, list):
            return [value for value in map(self.resolve, node) if value is not _ABSENT]
        return node

    def _call(self, name: str, argument: Any) -> Any:
        computed: dict[str, Callable[[Any], Any]] = {
            "Condition": self._condition,
            "Equals": lambda both: self.resolve(both[0]) == self.resolve(both[1]),
            "FindInMap": self._entry,
            "GetAtt": _attribute,
            "If": lambda each: self.resolve(each[1 if self._condition(each[0]) else 2]),
            "Not": lambda one: not self.resolve(one[0]),
            "Ref": self._ref,
            "Sub": lambda text: re.sub(r"\$\{([\w:.]+)\}", lambda m: self._part(m[1]), text),
        }
        return computed[name](argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _ABSENT
        if name.endswith(".Alias"):
            return f"arn:aws:::{name.removesuffix('.Alias')}:live"
        known = {**_PSEUDO, **self._parameters}
        return known.get(name, name)

    def _part(self, name: str) -> str:
        if "." in name and not name.endswith(".Alias"):
            return _attribute(name.split(".", 1))
        return str(self._ref(name))

    def _entry(self, argument: list[Any]) -> Any:
        mapping, top, second = map(self.resolve, argument)
        return self._document["Mappings"][mapping][str(top)][second]

    def _condition(self, name: str) -> bool:
        return bool(self.resolve(self._document["Conditions"][name]))

    def _holds(self, resource: Node) -> bool:
        return "Condition" not in resource or self._condition(resource["Condition"])


def named(node: Any) -> set[str]:
    """Every name in ``Ref``, ``GetAtt`` and ``Sub`` below a node."""
    if isinstance(node, dict):
        own = {node["Ref"]} if isinstance(node.get("Ref"), str) else set()
        own |= set(node.get("Fn::GetAtt", [])[:1])
        if isinstance(node.get("Fn::Sub"), str):
            own |= set(re.findall(r"\$\{([\w:]+)", node["Fn::Sub"]))
        return own.union(*map(named, node.values()))
    if isinstance(node, list):
        return set().union(*map(named, node))
    return set()


def _attribute(argument: list[str]) -> str:
    owner, name = argument
    return f"arn:aws:::{owner}" if name == "Arn" else f"{owner}.{name}"
