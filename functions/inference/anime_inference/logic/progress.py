"""How far a job is, told to whoever asks, but not too often."""

from __future__ import annotations

import logging
import time

from anime_shared.errors import StorageUnavailable
from anime_shared.jobs import Job, Stage
from anime_shared.ledger import Ledger

# Most photos take less: writing each of their stages would cost more than it tells.
_INTERVAL_SECONDS = 0.5
_log = logging.getLogger(__name__)


class Progress:
    """Writes how far one job is into the ledger: at once, as painting begins, then twice a second.

    Args:
        ledger: where the job is kept.
        held: the job, claimed.
    """

    def __init__(self, ledger: Ledger, held: Job) -> None:
        self._ledger = ledger
        self._held = held
        self._due = 0.0

    def __call__(self, stage: Stage, share: float = 0.0) -> None:
        """The job has come so far: to this stage, of which ``share`` (0 to 1) is done.

        Raises:
            UnknownJob: it was deleted meanwhile.
            JobHeld: another worker has it by now.
        """
        # Painting takes longest: for all that time, an earlier stage would be told.
        begins_to_paint = stage is Stage.STYLISE and share == 0
        if time.monotonic() < self._due and not begins_to_paint:
            return
        # The lease isn't made longer than the delivery, or who gets the next one must wait for it.
        left = self._held.lease_until - self._ledger.now()
        try:
            self._ledger.progress(self._held, stage, max(0.0, left), share)
        except StorageUnavailable as error:
            # Nothing is lost by it but news.
            _log.warning("how far job %s is can't be written: %s", self._held.id, error.detail)
        self._due = time.monotonic() + _INTERVAL_SECONDS
