"""Runs the measurement: ``python -m bench``, as bin/bench calls it.

Each round visits every operation, then the floors again, so that a busy moment of the machine meets both; of each the
least is kept. Processor time is that of all threads of the web server and of the database's processes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

ROOT = Path(__file__).resolve().parents[1]
FINE, MISSING = 0, 3


@dataclass
class Figures:
    """What was seen of one operation; ``cpu`` in ms a request, one figure a round; ``took`` in ms, one a request."""

    cpu: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    queries: Counter[int] = field(default_factory=Counter)
    refused: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bench.targets import operations
    from lms import clock

    call_command("migrate", verbosity=0)
    with open(os.devnull, "w") as quiet:  # noqa: PTH123
        call_command("load_curriculum", stdout=quiet)
    began = time.monotonic()
    call_command("generate_people", learners=args.learners, seed=args.seed)
    print(f"{args.learners} learners made in {time.monotonic() - began:.1f} s", flush=True)
    found = operations(clock.now(), args.rounds)
    vendor = connection.vendor
    connection.close()
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "-c", "python:lms.settings.gunicorn", "lms.wsgi",
            "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "1", "--log-level", "warning",
        ],
        cwd=ROOT,
    )  # fmt: skip
    try:
        wait_for(port)
        figures = measure(found, port, server.pid, args.rounds)
    finally:
        server.terminate()
        server.wait(20)
    report(found, figures, args, vendor)
    return FINE


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until the server answers; OSError after a minute."""
    last = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.2)
        else:
            return


def measure(found: list, port: int, pid: int, rounds: int) -> dict[str, Figures]:
    """Visit everything, once to warm up and then so many rounds."""
    figures = {item.name: Figures() for item in found}
    floors = [item for item in found if item.name.startswith("floor")]
    others = [item for item in found if item not in floors]
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(rounds + 1):
        for item in [*floors, *others, *floors]:
            visit_often(item, figures[item.name], connection, pid, count=number > 0)
    return figures


def visit_often(item, figures: Figures, connection: HTTPConnection, pid: int, *, count: bool) -> None:
    """One round of one operation."""
    visits = [visit for _n, visit in zip(range(item.each), item.visits, strict=False)]
    if not visits:
        return
    before = cpu_ms(pid)
    took = []
    for visit in visits:
        start = time.monotonic()
        status, queries = ask(connection, visit)
        took.append((time.monotonic() - start) * 1000)
        if count:
            figures.queries[queries] += 1
            figures.refused += status != (200 if visit.data is None else 302)
    if count:
        figures.cpu.append((cpu_ms(pid) - before) / len(visits))
        figures.took += took


def ask(connection: HTTPConnection, visit) -> tuple[int, int]:
    """Status and number of queries of one request."""
    from bench.targets import TOKEN

    headers = {"Cookie": f"sessionid={visit.session}; csrftoken={TOKEN}"}
    body = None
    if visit.data is not None:
        body = urlencode(visit.data)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if body is None else "POST", visit.url, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, int(answer.headers.get("X-Queries", "0"))


def cpu_ms(pid: int) -> float:
    """Processor time so far of the server with its children, and of a PostgreSQL on this machine, in ms."""
    total = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            stat = (process / "stat").read_text()
            name, parent = stat[stat.index("(") + 1 : stat.rindex(")")], int(stat[stat.rindex(")") + 2 :].split()[1])
            if int(process.name) != pid and parent != pid and not name.startswith("postgres"):
                continue
            for task in (process / "task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        except (OSError, ValueError):
            continue
    return total / 1e6


def report(found: list, figures: dict[str, Figures], args: argparse.Namespace, vendor: str) -> None:
    """The table, and beside it what it was measured on."""
    floor = min(figures["floor: session and user"].cpu)
    rows = []
    print(
        f"\n{'operation':30} {'queries':>8} {'CPU ms':>7} {'x floor':>8} {'target':>7} {'p50':>6} {'p95':>6} {'n':>5}"
    )
    for item in found:
        seen = figures[item.name]
        if not seen.cpu:
            continue
        took = sorted(seen.took)
        row = {
            "operation": item.name,
            "queries": seen.queries.most_common(1)[0][0],
            "queries_at_most": max(seen.queries),
            "cpu_ms": round(min(seen.cpu), 2),
            "times_floor": round(min(seen.cpu) / floor, 1),
            "target_floors": item.floors,
            "p50_ms": round(statistics.median(took), 1),
            "p95_ms": round(took[int(len(took) * 0.95) - 1], 1),
            "n": len(took),
            "refused": seen.refused,
        }
        rows.append(row)
        print(
            f"{item.name:30} {row['queries']:>8} {row['cpu_ms']:>7} {row['times_floor']:>8} {item.floors or '':>7} "
            f"{row['p50_ms']:>6} {row['p95_ms']:>6} {row['n']:>5}"
            + (f"  at most {row['queries_at_most']} queries" if row["queries_at_most"] > row["queries"] else "")
            + (f"  {seen.refused} refused" if seen.refused else "")
        )
    about = {
        "learners": args.learners,
        "database": vendor,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }
    print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    if args.json:
        args.json.write_text(json.dumps({"about": about, "rows": rows}, indent=2))


if __name__ == "__main__":
    sys.exit(main())
