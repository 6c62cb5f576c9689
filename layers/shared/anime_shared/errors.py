"""Every error that this product raises on purpose.

    AnimeError
    ├── InputError                the caller can mend it; never retryable as it is
    │   ├── InvalidField          422 invalid-field        an option outside its limits
    │   ├── MalformedBody         400 malformed-body       not the JSON or form that was announced
    │   ├── UnknownStyle          422 unknown-style        no such style
    │   ├── EmptyPicture          422 empty-picture        zero bytes
    │   ├── BrokenPicture         422 broken-picture       cut short or damaged
    │   ├── NotAPicture           415 not-a-picture        a format that isn't read
    │   ├── UploadTooLarge        413 upload-too-large     too many bytes
    │   ├── PictureTooLarge       413 picture-too-large    too many pixels, or too much memory
    │   ├── PictureTooComplex     413 picture-too-complex  far more work than its size tells
    │   ├── ClipTooLong           413 clip-too-long        too many frames, or pixels of all frames
    │   ├── ClipTooSlow           413 clip-too-slow        its frames took more time than they may
    │   ├── RequestTooSlow        408 request-too-slow     its bytes came too slowly
    │   ├── UnknownUpload         404 unknown-upload       never given out here, or deleted
    │   ├── UploadExpired         410 upload-expired       its time is over
    │   ├── UploadMissing         409 upload-missing       its file was never sent
    │   ├── UploadMismatch        422 upload-mismatch      its file isn't what was announced
    │   ├── UnknownJob            404 unknown-job          never given out here, or deleted
    │   ├── UnknownBatch          404 unknown-batch        likewise
    │   ├── IdempotencyKeyReused  422 idempotency-key-reused  same key, another request
    │   ├── WebhookRefused        422 webhook-refused      an address that isn't on the allow-list
    │   ├── Unauthorized          401 unauthorized         API key missing or wrong
    │   └── BadSignature          403 bad-signature        a signed URL that was changed or is old
    ├── ModelError                the operator can mend it
    │   ├── StyleNotInstalled     409 style-not-installed  known, but its model isn't here
    │   ├── FaceModelMissing      500 face-model-missing   the face detector asked for isn't here
    │   ├── ModelCorrupt          500 model-corrupt        checksum or content is wrong
    │   ├── ProviderMissing       500 provider-missing     the engine can't compute as it is told to
    │   └── InstallFailed         500 install-failed       download or disk; the old state stands
    └── ServiceError              the service can't answer now
        ├── Busy                  503 busy                 waiting line full; retryable
        ├── NotReady              503 not-ready            still loading; retryable
        ├── InferenceUnreachable  503 inference-unreachable   no answer from there; retryable
        ├── StorageUnavailable    503 storage-unavailable  a store or queue fails; retryable
        ├── TooManyRequests       429 too-many-requests    this client's rate; retryable
        ├── WebhookFailed         502 webhook-failed       not delivered; never told to a client
        ├── JobHeld               409 job-held             another worker has it; retryable
        ├── ProcessingFailed      500 processing-failed    tried as often as allowed
        └── InternalError         500 internal-error       a defect; details are in the log only

``detail`` is public: it names the field and the limit, and never a path of the server, a stack
or a value that could be private.
"""

# Longer than most: every error stands in one place, beside those that it could be taken for.
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
        correlation_id: by which an operator finds the call in the log, where a client was told so.
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
        self.correlation_id: str | None = None


class InputError(AnimeError):
    """The request is at fault."""


class InvalidField(InputError):
    """An option is missing, of the wrong type, or outside its limits."""

    code = "invalid-field"
    status = 422
    title = "An option is not valid"


class MalformedBody(InputError):
    """The body is not the JSON or the form that it says it is."""

    code = "malformed-body"
    status = 400
    title = "The body can not be read"


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


class PictureTooComplex(InputError):
    """A file that is built to take far more work than its size and its pixels tell."""

    code = "picture-too-complex"
    status = 413
    title = "The picture takes too much work"


class ClipTooLong(InputError):
    """An animated picture of more frames than the limit, or more pixels in all of them."""

    code = "clip-too-long"
    status = 413
    title = "The animated picture is too long"


class ClipTooSlow(InputError):
    """Painting the frames of an animated picture took more time than the limit."""

    code = "clip-too-slow"
    status = 413
    title = "The animated picture takes too much time"


class RequestTooSlow(InputError):
    """A request's bytes came more slowly than anyone's line is."""

    code = "request-too-slow"
    status = 408
    title = "The request came too slowly"


class UnknownUpload(InputError):
    """No upload has this id."""

    code = "unknown-upload"
    status = 404
    title = "No such upload"


class UploadExpired(InputError):
    """The upload's time is over."""

    code = "upload-expired"
    status = 410
    title = "The upload has expired"


class UploadMissing(InputError):
    """The upload's file was never sent."""

    code = "upload-missing"
    status = 409
    title = "The upload has no file yet"


class UploadMismatch(InputError):
    """The upload's file has another size or type than was announced."""

    code = "upload-mismatch"
    status = 422
    title = "The upload is not what was announced"


class UnknownJob(InputError):
    """No job has this id, or it was deleted."""

    code = "unknown-job"
    status = 404
    title = "No such job"


class UnknownBatch(InputError):
    """No batch has this id, or it was deleted."""

    code = "unknown-batch"
    status = 404
    title = "No such batch"


class IdempotencyKeyReused(InputError):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    status = 422
    title = "The idempotency key belongs to another request"


class WebhookRefused(InputError):
    """The address may not be called from here."""

    code = "webhook-refused"
    status = 422
    title = "The webhook is not allowed"


class Unauthorized(InputError):
    """The API key is missing or wrong."""

    code = "unauthorized"
    status = 401
    title = "An API key is needed"


class BadSignature(InputError):
    """A signed URL was changed, or its time is over."""

    code = "bad-signature"
    status = 403
    title = "The link is not valid"


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


class ProviderMissing(ModelError):
    """What the settings have the engine compute with isn't on this machine."""

    code = "provider-missing"
    status = 500
    title = "The engine can not compute as it is told to"


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


class InferenceUnreachable(ServiceError):
    """The inference function can't be reached, or doesn't answer in time."""

    code = "inference-unreachable"
    status = 503
    title = "The painter can not be reached"
    retryable = True


class StorageUnavailable(ServiceError):
    """A store or queue can't be read or written."""

    code = "storage-unavailable"
    status = 503
    title = "Storage is not available"
    retryable = True


class TooManyRequests(ServiceError):
    """This client asks more often than it may."""

    code = "too-many-requests"
    status = 429
    title = "Too many requests"
    retryable = True


class WebhookFailed(ServiceError):
    """A webhook could not be delivered."""

    code = "webhook-failed"
    status = 502
    title = "The webhook could not be delivered"
    retryable = True


class JobHeld(ServiceError):
    """Another worker has the job."""

    code = "job-held"
    status = 409
    title = "The job is being worked on"
    retryable = True


class ProcessingFailed(ServiceError):
    """The job was tried as often as is allowed."""

    code = "processing-failed"
    status = 500
    title = "The photo could not be processed"


class InternalError(ServiceError):
    """A defect: the cause is logged, not told."""

    code = "internal-error"
    status = 500
    title = "Something went wrong here"
