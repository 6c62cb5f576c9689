"""A queue of SQS."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from anime_shared.adapters.aws.unavailable import code_of, told_as_unavailable
from anime_shared.errors import StorageUnavailable
from anime_shared.ports.queue import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

LONGEST_WAIT_SECONDS: Final = 20
_MESSAGES_A_CALL: Final = 10
# What SQS says of a handle whose time is over: it depends on what became of the message.
_OVER: Final = ("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight")
_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class SqsQueue:
    """A ``Queue`` by its URL; its visibility timeout and dead letters are the queue's own."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Sequence[str]) -> None:
        """Put messages in the queue. They are safe when this returns.

        If it raises, some of them may be in the queue.
        """
        for start in range(0, len(bodies), _MESSAGES_A_CALL):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body}
                for number, body in enumerate(bodies[start : start + _MESSAGES_A_CALL])
            ]
            with told_as_unavailable():
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                raise StorageUnavailable("the queue refuses a message")

    def receive(self, wait_seconds: float) -> Message | None:
        """The next message; ``None`` if none came within ``wait_seconds`` (at most 20)."""
        with told_as_unavailable():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=min(math.ceil(wait_seconds), LONGEST_WAIT_SECONDS),
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        for message in answer.get("Messages", []):
            return Message(
                id=message["MessageId"],
                body=message["Body"],
                delivery_count=int(message["Attributes"]["ApproximateReceiveCount"]),
                handle=message["ReceiptHandle"],
            )
        return None

    def delete(self, message: Message) -> None:
        """Done; nothing happens if the delivery's time was over."""
        self._settle(
            lambda: self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.handle)
        )

    def hide(self, message: Message, seconds: float) -> None:
        """Hide it for so many whole seconds from now on; 0 gives it back at once."""
        self._settle(
            lambda: self._client.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=message.handle,
                VisibilityTimeout=math.ceil(seconds),
            )
        )

    def depth(self) -> int:
        """How many messages there are, hidden ones included; roughly."""
        with told_as_unavailable():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=list(_COUNTS)
            )
        return sum(int(answer["Attributes"][name]) for name in _COUNTS)

    def _settle(self, call: Callable[[], object]) -> None:
        with told_as_unavailable():
            try:
                call()
            except ClientError as error:
                if code_of(error).rpartition(".")[2] not in _OVER:
                    raise
