"""What docs/deploy.md says of the template and the image."""

from __future__ import annotations

import re

from anime_shared.styles import STYLES
from tests.template.stack import TEMPLATE, Stack

TEXT = (TEMPLATE.parent / "docs/deploy.md").read_text()


def test_it_names_the_styles_of_the_image() -> None:
    (named,) = re.findall(r"The image holds the bundled (.*?)\.", TEXT)
    bundled = {style.id for style in STYLES if style.bundled is not None}
    assert set(re.findall(r"`(\w+)`", named)) == bundled


def test_it_tells_how_large_a_zip_can_be() -> None:
    (gigabytes,) = re.findall(r"\| zip of a batch \| (\d+) GB", TEXT)
    storage = Stack().functions()["WebFunction"]["EphemeralStorage"]["Size"]
    assert int(gigabytes) * 1024 == storage
