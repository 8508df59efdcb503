"""bin/test: the whole suite, on SQLite and on PostgreSQL at once.

With a PostgreSQL two processes run side by side: one on SQLite (tests that use the database, and the browser), one on
PostgreSQL (tests that use the database, and those that use none). One pytest counts both and has the last word.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

from _common import FINDING, FINE, MISSING, PYTHON, ROOT, USAGE, Stop, make_venv, run_script, say

LOCAL_POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"

# With one of these pytest is left to run as it was asked to: in one process or the given number, on SQLite.
OWN_WAY = ("-n", "--numprocesses", "--dist", "--tx", "--pdb", "--collect-only", "--co", "--fixtures", "--markers")


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        usage="bin/test [--long] [pytest arguments]",
        description="Runs the tests. Everything but --long goes to pytest: bin/test tests/lms -k clock -x. "
        "With -n 0 it runs in one process on SQLite (for --pdb).",
        epilog="TEST_DATABASE_URL, TEST_REDIS_URL and CHROMIUM name what to test with; a PostgreSQL or Redis that "
        "answers on this machine and an installed Chromium are found without. What the machine lacks is named in a "
        "line 'left out: ...'; with REQUIRE_ALL=1 that ends the run with exit code 3 (long runs never do: they are "
        "left out by choice). Other exit codes: 0 all passed, 1 not, 2 usage, 130 Ctrl-C.",
    )
    parser.add_argument("--long", action="store_true", help="add the tests that take minutes")
    options, rest = parser.parse_known_args(given)

    make_venv(dev=True)
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    env.pop("DATABASE_URL", None)  # tests never touch a real database
    env.pop("DJANGO_SETTINGS_MODULE", None)
    lacking = list(find_services(env))
    for line in lacking:
        say(f"left out: {line}")
    if lacking and os.environ.get("REQUIRE_ALL", "") not in ("", "0"):
        raise Stop("REQUIRE_ALL is set and this machine lacks what is named above.", MISSING)
    if not options.long:
        say("left out: long runs (bin/test --long)")

    spread: list[str] = []
    if not any(argument.startswith(OWN_WAY) for argument in rest):
        if "TEST_DATABASE_URL" in env:
            # "each" gives every process the whole suite; tests/conftest.py keeps what belongs to its database.
            spread = ["--dist=each", "--tx=popen//env:VOUCH_TEST_ON=sqlite", "--tx=popen//env:VOUCH_TEST_ON=postgresql"]
        else:
            spread = ["-n", "2"]
    return run_pytest([*spread, *(["--long"] if options.long else []), *rest], env)


def run_pytest(arguments: list[str], env: dict[str, str]) -> int:
    """Run it in our place and put its answer in the words of the other scripts."""
    child = subprocess.Popen([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=env)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)  # the terminal told it too: let it say how far it came
        raise
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    return {0: FINE, 4: USAGE}.get(code, FINDING)


def find_services(env: dict[str, str]) -> Iterator[str]:
    """Put into ``env`` what there is to test with; yields a line for each thing that there is not."""
    database = env.get("TEST_DATABASE_URL") or LOCAL_POSTGRESQL
    if answers("psycopg.connect(sys.argv[1], connect_timeout=3).close()", database):
        env["TEST_DATABASE_URL"] = database
    elif env.pop("TEST_DATABASE_URL", ""):
        raise Stop("TEST_DATABASE_URL is set, and no PostgreSQL answers there.", MISSING)
    else:
        yield "PostgreSQL (start one on 127.0.0.1, or set TEST_DATABASE_URL)"

    # Database 15, because tests may empty it.
    redis = env.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15"
    if answers("redis.Redis.from_url(sys.argv[1], socket_connect_timeout=3).ping()", redis):
        env["TEST_REDIS_URL"] = redis
    elif env.pop("TEST_REDIS_URL", ""):
        raise Stop("TEST_REDIS_URL is set, and no Redis answers there.", MISSING)
    else:
        yield "Redis (start one on 127.0.0.1, or set TEST_REDIS_URL)"

    names = (env["CHROMIUM"],) if env.get("CHROMIUM") else ("chromium", "chromium-browser", "google-chrome")
    if chromium := next(filter(None, map(shutil.which, names)), ""):
        env["CHROMIUM"] = chromium
    elif env.pop("CHROMIUM", ""):
        raise Stop("CHROMIUM is set, and there is no such program.", MISSING)
    else:
        yield "browser tests (install Chromium, or set CHROMIUM to its path)"


def answers(call: str, url: str) -> bool:
    """Whether a service lets us in, asked with the client that the tests use."""
    code = f"import sys, {call.partition('.')[0]}; {call}"
    return subprocess.run([PYTHON, "-c", code, url], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    run_script(main)
