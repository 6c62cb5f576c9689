"""What was painted before needn't be painted again.

A picture is two objects: ``cache/<key>``, its file, and ``cache/<key>.json``, which is written
second and read first. Where one is missing or doesn't fit the other there is no picture.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.painting import PaintedPicture, Painting
from anime_shared.errors import AnimeError, StorageUnavailable
from anime_shared.jobs import copy_keys
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.ports.object_store import ObjectStore
from anime_shared.treatment import choose_treatment

_log = logging.getLogger(__name__)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    format: OutputFormat
    facts: dict[str, Any]


class ResultCache:
    """Painted pictures, found by all that :func:`transform` was given for them.

    No method raises anything: a cache that fails costs time and never a photo.

    Args:
        store: where pictures are kept; ``None`` keeps none.
        limits: as given to :func:`transform`, but for how long a clip may take in a call.
        models: as given to it.
        pipeline: says which version of it paints; another one finds nothing of this one's.
    """

    def __init__(
        self, store: ObjectStore | None, limits: PipelineLimits, models: Models, pipeline: str
    ) -> None:
        self._store = store
        self._limits = limits
        self._models = models
        self._pipeline = pipeline

    def find(self, photo: bytes, options: TransformOptions) -> PaintedPicture | None:
        """What this photo with these options became earlier; ``None`` if it isn't known."""
        key = self._key(photo, options)
        if self._store is None or key is None:
            return None
        file_key, facts_key = copy_keys(key)
        try:
            described = self._store.get(facts_key)
            data = None if described is None else self._store.get(file_key)
        except StorageUnavailable as error:
            _log.warning("the result cache can't be read: %s", error.detail)
            return None
        if described is None or data is None:
            return None
        try:
            entry = _Entry.model_validate_json(described)
        except ValidationError:
            return None
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            return None
        return PaintedPicture(data, entry.format, entry.facts, cached=True, cache_key=key)

    def keep(self, photo: bytes, options: TransformOptions, painting: Painting) -> PaintedPicture:
        """Remember what a photo with these options became."""
        facts = painting.facts()
        # A model may have been replaced since the search: by now the key is that of the one in use.
        key = self._key(photo, options)
        if self._store is not None and key is not None:
            sha256 = hashlib.sha256(painting.data).hexdigest()
            entry = _Entry(sha256=sha256, format=painting.format, facts=facts)
            file_key, facts_key = copy_keys(key)
            try:
                self._store.put(file_key, painting.data, painting.format.media_type)
                body = entry.model_dump_json().encode()
                self._store.put(facts_key, body, "application/json")
            except StorageUnavailable as error:
                _log.warning("the result cache can't be written: %s", error.detail)
                key = None
        return PaintedPicture(painting.data, painting.format, facts, cached=False, cache_key=key)

    def forget(self, key: str) -> None:
        """Remove a picture; nothing happens if there is none."""
        if self._store is None:
            return
        file_key, facts_key = copy_keys(key)
        try:
            self._store.delete(facts_key)
            self._store.delete(file_key)
        except StorageUnavailable as error:
            _log.warning("the result cache can't be written: %s", error.detail)

    def _key(self, photo: bytes, options: TransformOptions) -> str | None:
        """``None`` where nothing is kept, or where the pipeline will refuse the photo."""
        if self._store is None:
            return None
        try:
            treatment = choose_treatment(options)
            styles = [style for style in (treatment.background, treatment.face) if style]
            models = [self._models.generators.checksum(style) for style in styles]
        except AnimeError:
            return None
        given = {
            "photo": hashlib.sha256(photo).hexdigest(),
            "options": options.model_dump(mode="json"),
            "limits": asdict(self._limits),
            "models": models,
            # Its network's checksum stands in the code.
            "detector": self._models.detectors.name if treatment.face else None,
            "pipeline": self._pipeline,
        }
        canonical = json.dumps(given, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
