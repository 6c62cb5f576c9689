"""Every error that this product raises on purpose.

    AnimeError
    ├── InputError                the caller can mend it; never retryable as it is
    │   ├── InvalidField          422 invalid-field        an option outside its limits
    │   ├── UnknownStyle          422 unknown-style        no such style
    │   ├── EmptyPicture          422 empty-picture        zero bytes
    │   ├── BrokenPicture         422 broken-picture       cut short or damaged
    │   ├── NotAPicture           415 not-a-picture        a format that isn't read
    │   ├── UploadTooLarge        413 upload-too-large     too many bytes
    │   └── PictureTooLarge       413 picture-too-large    too many pixels, or too much memory
    ├── ModelError                the operator can mend it
    │   ├── StyleNotInstalled     409 style-not-installed  known, but its model isn't here
    │   ├── FaceModelMissing      500 face-model-missing   the face detector asked for isn't here
    │   ├── ModelCorrupt          500 model-corrupt        checksum or content is wrong
    │   └── InstallFailed         500 install-failed       download or disk; the old state stands
    └── ServiceError              the service can't answer now
        ├── Busy                  503 busy                 waiting line full; retryable
        ├── NotReady              503 not-ready            still loading; retryable
        └── InternalError         500 internal-error       a defect; details are in the log only

``detail`` is public: it names the field and the limit, and never a path of the server, a stack
or a value that could be private.
"""

from __future__ import annotations

from typing import ClassVar


class AnimeError(Exception):
    """Base of all: what a client is told, and whether trying again can help.

    Attributes:
        code: stable name, in kebab-case.
        status: HTTP status.
        title: short sentence, the same for each occurrence.
        retryable: the same request may succeed later.
        detail: what went wrong this time, for the caller's eyes.
        field: the input that is to blame, if one is.
        limit: the limit that was passed, if one was.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(
        self, detail: str, *, field: str | None = None, limit: float | str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.limit = limit


class InputError(AnimeError):
    """The request is at fault."""


class InvalidField(InputError):
    """An option is missing, of the wrong type, or outside its limits."""

    code = "invalid-field"
    status = 422
    title = "An option is not valid"


class UnknownStyle(InputError):
    """No style has this name."""

    code = "unknown-style"
    status = 422
    title = "No such style"


class EmptyPicture(InputError):
    """The picture has no bytes."""

    code = "empty-picture"
    status = 422
    title = "The picture is empty"


class BrokenPicture(InputError):
    """The header is a picture's, the rest can't be decoded."""

    code = "broken-picture"
    status = 422
    title = "The picture is cut short or damaged"


class NotAPicture(InputError):
    """The bytes are of no format that is read."""

    code = "not-a-picture"
    status = 415
    title = "Not a picture of a known format"


class UploadTooLarge(InputError):
    """More bytes than the limit."""

    code = "upload-too-large"
    status = 413
    title = "The upload is too large"


class PictureTooLarge(InputError):
    """More pixels than the limit, or than the memory budget allows for this style."""

    code = "picture-too-large"
    status = 413
    title = "The picture has too many pixels"


class ModelError(AnimeError):
    """A model is missing or unfit."""


class StyleNotInstalled(ModelError):
    """The style is known, its model isn't on this machine."""

    code = "style-not-installed"
    status = 409
    title = "The style is not installed here"


class FaceModelMissing(ModelError):
    """The face detector that was asked for, or a file of it, isn't on this machine."""

    code = "face-model-missing"
    status = 500
    title = "The face detector is not installed here"


class ModelCorrupt(ModelError):
    """A model's checksum or content is not what it must be."""

    code = "model-corrupt"
    status = 500
    title = "A model is damaged"


class InstallFailed(ModelError):
    """Weights couldn't be fetched, verified or written; nothing was half-installed."""

    code = "install-failed"
    status = 500
    title = "The style could not be installed"
    retryable = True


class ServiceError(AnimeError):
    """The service is at fault."""


class Busy(ServiceError):
    """Too many pictures are waiting."""

    code = "busy"
    status = 503
    title = "Too many pictures are waiting"
    retryable = True


class NotReady(ServiceError):
    """The model is still being loaded, or couldn't be."""

    code = "not-ready"
    status = 503
    title = "Not ready yet"
    retryable = True


class InternalError(ServiceError):
    """A defect: the cause is logged, not told."""

    code = "internal-error"
    status = 500
    title = "Something went wrong here"
