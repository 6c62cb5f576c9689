"""``make attacks``: attack a served product in every way that is known here, and report.

Ends with 1 if one of them works, a process dies, or the server doesn't answer afterwards.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.machine import describe
from tests.attacks import over_http, over_time, webhooks
from tests.attacks.target import Target
from tests.local.served import served

_DOCUMENT: Final = Path(__file__).parents[2] / "docs/attacks.md"
_HEAD: Final = """# Attacks

Written by `make attacks`, which starts the server of `make run` with its default budgets on a free
port, without a rate limit and with one webhook allowed, and attacks it. Memory is what all of its
processes took on top, at most; time is until the last answer. After each attack the server must
answer, and all of its processes must live. [SECURITY.md](../SECURITY.md) says what stands behind
each of them.

"""


def main() -> int:
    """Attack, print, and write the document if all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--quick", action="store_true", help="leave out those that take patience")
    quick = parser.parse_args().quick
    rows, broken = [], 0
    everything = itertools.chain(
        over_http.attacks(), webhooks.attacks(), () if quick else over_time.attacks()
    )
    settings = {"rate_limit": "", "webhook_allow": webhooks.ALLOWED}
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), **settings) as server,
        Target.of(server) as target,
    ):
        for name, attack in everything:
            with target.measured() as cost:
                try:
                    told, works = attack(target), False
                except AssertionError as error:
                    told, works = f"IT WORKS: {error}", True
            damage = target.damage()
            broken += works or bool(damage)
            told = f"BROKEN: {damage}; {told}" if damage else told
            row = f"| {name} | {told} | {cost.seconds:.1f} s | {cost.memory / 2**20:.0f} MiB |"
            print(row, flush=True)  # noqa: T201
            rows.append(row)
    if broken:
        print(f"{broken} of {len(rows)} attacks work", file=sys.stderr)  # noqa: T201
        return 1
    if not quick:
        machine = "".join(f"- {line}\n" for line in describe())
        table = "| attack | answer | time | memory |\n|---|---|---:|---:|\n" + "\n".join(rows)
        _DOCUMENT.write_text(f"{_HEAD}{machine}\n{table}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
