"""Records in a DynamoDB table."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from anime_shared.adapters.aws.unavailable import code_of, told_as_unavailable
from anime_shared.errors import StorageUnavailable
from anime_shared.ports.job_store import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, KeysAndAttributesUnionTypeDef

_KEYS_A_CALL: Final = 100
_CALLS: Final = 6
_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class DynamoJobStore:
    """A ``JobStore`` in a table with the key ``key`` (text).

    Attributes of an item: ``body``, ``version`` and ``expires_at``, the table's time to live.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: str) -> Record | None:
        """The record; ``None`` if there is none."""
        with told_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key={"key": {"S": key}}, ConsistentRead=True
            )
        return _record(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """The records that there are, by key."""
        # A call that names a key twice is refused.
        unique = list(dict.fromkeys(keys))
        found: dict[str, Record] = {}
        for start in range(0, len(unique), _KEYS_A_CALL):
            records = self._get_batch(unique[start : start + _KEYS_A_CALL])
            found |= {record.key: record for record in records}
        return found

    def create(self, key: str, body: str, expires_at: int) -> bool:
        """Write a new record; ``False`` and nothing happens if the key is taken."""
        version = _new_version()
        item: dict[str, AttributeValueTypeDef] = {
            "key": {"S": key},
            "body": {"S": body},
            "expires_at": {"N": str(expires_at)},
            "version": {"N": version},
        }
        with told_as_unavailable():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#key)",
                    ExpressionAttributeNames={"#key": "key"},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) == _CONDITION_FAILED:
                    return _is_of(version, error)
                raise
        return True

    def replace(self, record: Record, body: str) -> bool:
        """Write over a record; ``False`` and nothing happens if it was changed or deleted since."""
        version = _new_version()
        with told_as_unavailable():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"key": {"S": record.key}},
                    UpdateExpression="SET #body = :body, #version = :next",
                    ConditionExpression="#version = :version",
                    ExpressionAttributeNames={"#body": "body", "#version": "version"},
                    ExpressionAttributeValues={
                        ":body": {"S": body},
                        ":version": {"N": str(record.version)},
                        ":next": {"N": version},
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) == _CONDITION_FAILED:
                    return _is_of(version, error)
                raise
        return True

    def delete(self, key: str) -> None:
        """Remove a record; nothing happens if there is none."""
        with told_as_unavailable():
            self._client.delete_item(TableName=self._table, Key={"key": {"S": key}})

    def _get_batch(self, keys: Sequence[str]) -> list[Record]:
        wanted: dict[str, KeysAndAttributesUnionTypeDef] = {
            self._table: {"Keys": [{"key": {"S": key}} for key in keys], "ConsistentRead": True}
        }
        records: list[Record] = []
        for call in range(_CALLS):
            with told_as_unavailable():
                answer = self._client.batch_get_item(RequestItems=wanted)
            records += [_record(item) for item in answer["Responses"].get(self._table, [])]
            wanted = {**answer["UnprocessedKeys"]}
            if not wanted:
                return records
            time.sleep(0.05 * 2**call)
        raise StorageUnavailable("the store is busy")


def _record(item: dict[str, AttributeValueTypeDef]) -> Record:
    return Record(
        item["key"]["S"], item["body"]["S"], int(item["expires_at"]["N"]), int(item["version"]["N"])
    )


def _new_version() -> str:
    """Of one write and no other, so that a record that is made anew isn't taken for the old one."""
    return str(secrets.randbits(62))


def _is_of(version: str, error: ClientError) -> bool:
    """Whether the record in the way is what this very write made.

    The client sends a write again whose answer was lost.
    """
    item: Any = error.response.get("Item", {})
    return bool(item.get("version") == {"N": version})
