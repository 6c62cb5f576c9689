"""What `make mutants` makes of changes that no test has noticed."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.explained import Change, stale, unexplained

DIFF = """--- src/anime_shared/ledger.py
+++ src/anime_shared/ledger.py
@@ -1,4 +1,3 @@
 def check(self):
-    self._store.get("check",
-        1)
+    self._store.get("CHECK")
     return
"""
CHANGE = Change("anime_shared.ledger", 'self._store.get("check", 1)', 'self._store.get("CHECK")')
EXPLANATION = {"module": CHANGE.module, "was": CHANGE.was, "becomes": CHANGE.becomes, "why": "."}


def test_a_change_is_read_from_a_diff() -> None:
    assert Change.of("anime_shared.ledger", DIFF) == CHANGE


def test_what_is_explained_is_that_change_and_no_other() -> None:
    other = Change(CHANGE.module, CHANGE.was, "pass")
    assert list(unexplained([CHANGE, other], [EXPLANATION])) == [other]
    assert list(unexplained([CHANGE], [])) == [CHANGE]


def test_an_explanation_of_what_is_no_more_is_told(tmp_path: Path) -> None:
    module = tmp_path / "anime_shared/ledger.py"
    module.parent.mkdir()
    module.write_text('def check(self):\n    self._store.get("check",\n        1)\n')
    assert list(stale([EXPLANATION], tmp_path)) == []
    module.write_text("def check(self):\n    pass\n")
    assert list(stale([EXPLANATION], tmp_path)) == [f"{CHANGE.module}: {CHANGE.was}"]
