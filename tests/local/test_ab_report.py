"""An experiment from its setting to its report, with real processes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import httpx2
from typer.testing import CliRunner

from anime_local.cli import app
from tests.local.served import served
from tests.pictures import file_of, gradient
from tests.ports import free_port


def test_clients_are_shared_and_the_report_counts_them(tmp_path: Path) -> None:
    port = free_port()
    variants = "hayao=student:0.5,shinkai:0.5"
    photo = {"image": ("photo.png", file_of(gradient()))}
    told: Counter[str] = Counter()
    with served(tmp_path, metrics_port=str(port), variants=variants, result_cache="false") as here:
        for number in range(12):
            answer = httpx2.post(
                f"{here.url}/api/v1/transform",
                files=photo,
                data={"faces": "off"},
                headers={"Anime-Client": f"client-{number}"},
                timeout=60,
            )
            told[answer.raise_for_status().json()["variant"]] += 1
        report = CliRunner().invoke(
            app, ["ab-report", f"http://127.0.0.1:{port}/metrics", "--json"]
        )
    lines = [json.loads(line) for line in report.stdout.splitlines()]
    assert {line["variant"]: line["pictures"] for line in lines} == told
    assert len(told) == 2
    assert all(0 < line["median_seconds"] <= line["p95_seconds"] for line in lines)
    assert all(line["usd_per_1000"] > 0 for line in lines)
