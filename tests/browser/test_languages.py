"""In the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from anime_shared import errors
from anime_shared.errors import AnimeError
from anime_shared.styles import STYLES
from scripts.site import FOLDER
from tests.browser.pages import OpenPage
from tests.browser.person import Person
from tests.browser.photos import Photos

LANGUAGES = {file.stem: file.read_text() for file in (FOLDER / "js/languages").iterdir()}
# The page never asks for what leads to these.
NEVER_SEEN = {
    "install-failed",
    "job-held",
    "provider-missing",
    "unknown-batch",
    "webhook-failed",
    "webhook-refused",
}


def words_of(text: str) -> dict[str, str]:
    return dict(re.findall(r'^  "?([\w-]+)"?: "(.*)",$', text, re.MULTILINE))


def codes() -> set[str]:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return {each.code for each in found if issubclass(each, AnimeError) and "code" in vars(each)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    said, english = words_of(LANGUAGES[language]), words_of(LANGUAGES["en"])
    assert len(said) > 100
    assert said.keys() == english.keys()
    for name, text in english.items():
        assert set(re.findall(r"{\w+}", said[name])) == set(re.findall(r"{\w+}", text)), name


def test_every_problem_has_its_sentence_and_what_to_do() -> None:
    english = words_of(LANGUAGES["en"])
    assert codes() > NEVER_SEEN
    for code in codes() - NEVER_SEEN:
        assert english[f"what_{code}"]
        assert english[f"how_{code}"]


def test_no_words_are_left_over() -> None:
    code = "".join(
        file.read_text()
        for file in [FOLDER / "index.html", *FOLDER.rglob("*.js")]
        if file.parent.name != "languages"
    )
    made = ("what_", "how_", "stage_", "reason_", "frame_", "face_", "theme_")
    unused = [
        name
        for name in words_of(LANGUAGES["en"])
        if not name.startswith(made) and not re.search(rf'"{name}"', code)
    ]
    assert unused == ["name"]


def test_the_page_speaks_the_browsers_language(
    open_page: OpenPage, photos: Photos, shoot: Callable[[Page, str], Path]
) -> None:
    page = open_page(language="zh-CN")
    person = Person(page)
    expect(page.get_by_role("heading", name="把照片拖到这里")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    shoot(page, "language-zh-1")
    page.locator("#files").set_input_files([photos.photo])
    page.get_by_role("button", name="开始绘制").click()
    person.sees_picture()
    expect(page.get_by_text("画了 1 张脸")).to_be_visible()
    shoot(page, "language-zh-2")
    latin = page.evaluate("""() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const { parentElement, textContent } = walker.currentNode;
        if (parentElement.checkVisibility() && /[A-Za-z]{3}/.test(textContent)
            && !parentElement.closest("[lang=en], select")) found.push(textContent.trim());
      }
      return found;
    }""")
    # Names are the same in every language.
    titles = sorted((re.escape(style.title) for style in STYLES), key=len, reverse=True)
    names = re.compile("|".join((*titles, "AnimeGAN", "API", r"photo\.jpg")))
    assert not [text for text in latin if re.search("[A-Za-z]{3}", names.sub("", text))]


def test_a_language_is_switched_and_remembered(open_page: OpenPage) -> None:
    page = open_page()
    Person(page)
    page.get_by_role("combobox", name="Language").select_option("中文")
    expect(page.get_by_role("heading", name="把照片拖到这里")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="把照片拖到这里")).to_be_visible()
    page.get_by_role("combobox", name="语言").select_option("English")
    expect(page.get_by_role("heading", name="Drop a photo here")).to_be_visible()


def test_who_reads_none_of_them_gets_english(open_page: OpenPage) -> None:
    page = open_page(language="fi-FI")
    expect(page.get_by_role("heading", name="Drop a photo here")).to_be_visible()
