"""What is told of known vulnerabilities, and of what the functions are made of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from scripts.audit import EXCEPTIONS, AuditException, judge, locks, read_exceptions
from scripts.sbom import missing

TODAY = date(2026, 11, 24)
REASON = "the part of it that is at fault is never called here"
BAD = {"id": "PYSEC-1", "aliases": ["GHSA-1"], "fix_versions": ["2.0"]}


def report(*dependencies: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(dependencies), "fixes": []}


def excepted(until: date = TODAY, id: str = "GHSA-1") -> AuditException:  # noqa: A002
    return AuditException(id=id, package="a", reason=REASON, until=until)


def test_a_known_vulnerability_is_open_unless_it_is_excepted() -> None:
    reports = [report({"name": "a", "version": "1.0", "vulns": [BAD]})] * 2
    assert judge(reports, []).open == ["a 1.0: PYSEC-1, fixed in 2.0"]
    passed = judge(reports, [excepted()])
    assert (passed.open, passed.excepted, passed.asked) == ([], {"GHSA-1"}, {"a 1.0"})
    assert judge(reports, [excepted(id="GHSA-2")]).open


def test_what_nobody_told_about_is_not_taken_for_good_news() -> None:
    findings = judge([report({"name": "a", "skip_reason": "not found"})], [])
    assert findings.unasked == {"a"}
    assert not findings.asked


def test_an_exception_needs_a_reason_and_a_day() -> None:
    text = f'[[exception]]\nid = "GHSA-1"\npackage = "a"\nreason = "{REASON}"\nuntil = 2026-11-24'
    assert read_exceptions(text, TODAY) == [excepted()]
    with pytest.raises(ValueError, match="GHSA-1 ended on 2026-11-24"):
        read_exceptions(text, date(2026, 11, 25))
    for wrong in (text.replace(REASON, "because"), text.replace("until = 2026-11-24", "")):
        with pytest.raises(ValidationError):
            read_exceptions(wrong, TODAY)


def test_the_exceptions_of_this_repository_can_be_read() -> None:
    read_exceptions(EXCEPTIONS.read_text(), date.min)


def test_every_lock_is_audited() -> None:
    names = {str(lock.relative_to(EXCEPTIONS.parents[1])) for lock in locks()}
    assert {"functions/web/requirements.txt", "requirements/dev.txt"} <= names
    assert len(names) >= 10


def test_a_bill_of_materials_must_name_all_that_the_lock_names() -> None:
    lock = "a==1.0 \\\n    --hash=sha256:0\nb==2.0 ; sys_platform != 'x' \\\n    --hash=sha256:1\n"
    hashed = [{"hashes": [{"alg": "SHA-256", "content": "0"}]}]
    components = [{"name": "a", "version": "1.0", "externalReferences": hashed}]
    assert missing(lock, {"components": components}) == {"b==2.0"}
    components.append({"name": "b", "version": "2.0"})
    assert missing(lock, {"components": components}) == {"b==2.0"}
    components[1]["externalReferences"] = hashed
    assert not missing(lock, {"components": components})
