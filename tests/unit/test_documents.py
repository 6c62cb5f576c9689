"""What the documents claim is so."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from anime_shared import errors
from anime_shared.errors import AnimeError
from anime_shared.jobs import JobStatus, Stage
from anime_shared.metrics import METRICS
from anime_shared.styles import STYLES
from anime_web.entry.http.app import OPENAPI_FILE
from scripts.document import CONFIGURATION, OPERATE, REFERENCES, with_metrics, with_settings
from tests.unit.test_architecture import PACKAGES

ROOT = Path(__file__).parents[2]
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
# Paths are written from the repository, from a package or from beside it, or from the page.
ROOTS = (
    ROOT,
    ROOT / "frontend_site",
    *PACKAGES.values(),
    *(folder.parent for folder in PACKAGES.values()),
)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def levels_of(text: str) -> list[str]:
    """How deep each heading is, in their order; a fenced comment is none."""
    return re.findall(r"^(#+) ", _BLOCK.sub("", text), re.MULTILINE)


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Language and content of each fenced block, without comments."""
    return [(kind, re.sub(r" +# .*", "", code)) for kind, code in _BLOCK.findall(text)]


def links_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"\]\(([^)]+)\)", text))


def code_of(text: str) -> Counter[str]:
    """What stands in backticks, outside of blocks."""
    return Counter(re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text)))


def slugs_of(document: Path) -> set[str]:
    """What links may name of a document."""
    headings = re.findall(r"^#+ (.*)$", _BLOCK.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named_paths(document: Path) -> set[str]:
    """Every file and folder that a document names in code."""
    return set(re.findall(r"`([\w./-]+(?:\.(?:py|js|json|yaml|toml)|/))`", document.read_text()))


def missing_paths(document: Path) -> list[str]:
    return [
        path for path in named_paths(document) if not any((root / path).exists() for root in ROOTS)
    ]


def test_the_settings_tables_are_todays() -> None:
    text = CONFIGURATION.read_text()
    assert text == with_settings(text), "run `make docs`"
    assert "`ANIME_MAX_PIXELS`" in text


def test_the_table_of_metrics_is_todays() -> None:
    text = OPERATE.read_text()
    assert text == with_metrics(text), "run `make docs`"
    assert all(f"| `{metric.name}` |" in text for metric in METRICS)


@pytest.mark.parametrize("file", REFERENCES, ids=lambda file: file.stem)
def test_the_reference_is_todays(file: Path) -> None:
    assert file.read_text() == REFERENCES[file](), "run `make docs`"


def test_the_reference_has_every_route_and_every_command() -> None:
    api, commands = (file.read_text() for file in REFERENCES)
    for path, methods in json.loads(OPENAPI_FILE.read_text())["paths"].items():
        assert all(f"### `{method.upper()} {path}`" in api for method in methods)
    for command in ("transform", "serve", "ab-report", "models pull", "remote transform"):
        assert f"## `animegan {command}`" in commands


@pytest.mark.parametrize("file", READMES, ids=lambda file: file.name)
def test_every_style_is_in_the_readme(file: Path) -> None:
    assert all(f"`{style.id}`" in file.read_text() for style in STYLES)


def test_every_bundled_style_has_a_card_and_every_card_is_filled_in() -> None:
    cards = (ROOT / "MODEL_CARD.md").read_text()
    headings = "".join(re.findall(r"^## .*$", cards, re.MULTILINE))
    assert all(f"`{style.id}`" in headings for style in STYLES if style.bundled)
    assert "TODO" not in cards


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = (file.read_text() for file in READMES)
    assert levels_of(english) == levels_of(chinese)
    assert blocks_of(english) == blocks_of(chinese)
    assert code_of(english) == code_of(chinese)
    links, of_chinese = links_of(english), links_of(chinese)
    assert links.pop("README.zh-CN.md") == of_chinese.pop("README.md") == 1
    assert links == of_chinese


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", file.read_text()):
        name, _, slug = link.partition("#")
        target = file.parent / name if name else file
        assert target.exists(), link
        assert not slug or slug in slugs_of(target), link


def test_every_path_that_is_named_exists() -> None:
    assert len(named_paths(ARCHITECTURE)) > 60
    for document in (ARCHITECTURE, ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/own-*.md")):
        assert not missing_paths(document), document


def test_the_tree_of_errors_has_each_as_it_is() -> None:
    drawn = re.findall(r"── (\w+) +(\d{3}) ([\w-]+) ", str(errors.__doc__))
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    leaves = [each for each in found if issubclass(each, AnimeError) and "code" in vars(each)]
    assert sorted(drawn) == sorted((each.__name__, str(each.status), each.code) for each in leaves)


def test_the_glossary_has_each_word_once_and_every_stage_and_end() -> None:
    _, _, glossary = ARCHITECTURE.read_text().partition("## Glossary")
    cells = re.findall(r"^\| (?!word|---)(.*?) \|", glossary, re.MULTILINE)
    words = [word for cell in cells for word in cell.split(", ")]
    assert len(words) == len(set(words)) > 30
    assert all(f"`{stage}`" in glossary for stage in Stage)
    assert all(f"`{status}`" in glossary for status in JobStatus if status.ended)


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_short_complete_and_in_the_list(file: Path) -> None:
    text = file.read_text()
    assert text.startswith(f"# {int(file.stem[:4])}. ")
    assert all(text.count(f"**{part}.**") == 1 for part in ("What", "Why", "Rejected"))
    assert len(text.splitlines()) <= 25
    assert f"(docs/decisions/{file.name})" in ARCHITECTURE.read_text()
    assert not missing_paths(file)


def test_every_defence_names_a_test_that_exists() -> None:
    rows = re.findall(
        r"^\| (?!attack|---).*\| (.*) \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE
    )
    assert len(rows) > 20
    for row in rows:
        file, _, name = row.strip("`").partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(), row


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z-]+)", document.read_text()))
        assert named <= targets, document


def test_no_file_names_a_registry_or_this_machine() -> None:
    hosts = re.compile("|".join(("pypi" + r"\.org", "pythonhosted", "npmjs" + r"\.org")))
    locks = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("functions/*/requirements*.txt")]
    assert len(locks) >= 5
    for lock in locks:
        assert not hosts.search(lock.read_text())
        assert "--hash=sha256:" in lock.read_text()
        assert "torch" not in lock.read_text()
