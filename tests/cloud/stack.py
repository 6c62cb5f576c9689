"""A deployed stack, and the services around it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
from localstack_client.session import Session  # type: ignore[import-untyped]

T = TypeVar("T")


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        session: of someone who may do everything.
        outputs: of the stack, by name.
        resources: physical ids by logical ids.
        secure_endpoint: of all services, where they speak TLS.
        certificate: to trust there; ``None`` if the system's are enough.
    """

    session: Session
    outputs: dict[str, str]
    resources: dict[str, str]
    secure_endpoint: str
    certificate: str | None

    @property
    def api_url(self) -> str:
        """The stage of the REST API."""
        stage = f"{self.outputs['ApiId']}/{self.resources['ApiStage']}"
        return f"{self.secure_endpoint}/restapis/{stage}/_user_request_"

    def client(self, service: str) -> Any:
        """A client that may do everything."""
        return self.session.client(service)

    def client_as(self, role: str, service: str, endpoint: str | None = None) -> Any:
        """A client that may do what a role may, over TLS."""
        credentials = self._credentials_of(self.resources[role])
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=endpoint or self.secure_endpoint,
            verify=self.certificate,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    def _credentials_of(self, role: str) -> dict[str, str]:
        iam, sts = self.client("iam"), self.client("sts")
        described = iam.get_role(RoleName=role)["Role"]
        trust = described["AssumeRolePolicyDocument"]
        # It lets only Lambda in.
        tester = {
            "Effect": "Allow",
            "Principal": {"AWS": described["Arn"].partition(":role/")[0] + ":root"},
            "Action": "sts:AssumeRole",
        }
        if tester not in trust["Statement"]:
            trust["Statement"].append(tester)
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
        assumed = sts.assume_role(RoleArn=described["Arn"], RoleSessionName="test")
        credentials: dict[str, str] = assumed["Credentials"]
        return credentials

    def depth(self, queue: str) -> int:
        """How many messages a queue of the outputs holds, hidden ones included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[queue], AttributeNames=names
        )
        return sum(int(answer["Attributes"][name]) for name in names)


def find_stack(name: str) -> Stack:
    """The stack with this name, at the emulator that the environment names."""
    session = Session(
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        region_name=os.environ["AWS_DEFAULT_REGION"],
    )
    formation = session.client("cloudformation")
    (described,) = formation.describe_stacks(StackName=name)["Stacks"]
    resources = formation.describe_stack_resources(StackName=name)["StackResources"]
    return Stack(
        session=session,
        outputs={pair["OutputKey"]: pair["OutputValue"] for pair in described["Outputs"]},
        resources={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources},
        secure_endpoint=os.environ["CLOUD_SECURE_ENDPOINT"],
        certificate=os.environ["CLOUD_CERTIFICATE"] or None,
    )


def wait_for(what: Callable[[], T | None], seconds: float) -> T:
    """What comes within so many seconds.

    Raises:
        TimeoutError: nothing came.
    """
    give_up = time.monotonic() + seconds
    while True:
        found = what()
        if found is not None:
            return found
        if time.monotonic() > give_up:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.5)
