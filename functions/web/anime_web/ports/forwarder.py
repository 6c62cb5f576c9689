"""How a request reaches the inference function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ForwardedRequest:
    """A POST to one of the inference function's routes.

    Attributes:
        path: of the route.
        query: as it stands in a URL, without the question mark.
        headers: names are in lower case.
        body: its parts, as they come.
    """

    path: str
    query: str
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class ForwardedAnswer:
    """What the inference function says.

    Attributes:
        status: of HTTP.
        headers: names are in lower case.
        body: its parts, as they come.
    """

    status: int
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]


class Forwarder(Protocol):
    """Passes requests on to the inference function."""

    async def forward(self, request: ForwardedRequest) -> ForwardedAnswer:
        """The answer to the same request there.

        Raises:
            InferenceUnreachable: no answer in time.
            UploadTooLarge: the body is more than can be passed on.
            PictureTooLarge: the answer is more than can be passed back.
        """

    async def close(self) -> None:
        """Close the connections."""
