"""bin/screenshots: the README's pictures, taken from the demo that bin/start serves.

With --all it takes every screen that the demo people can reach, at the width of a phone and of a desk, light and dark.
"""

import argparse
import os
import shutil
import subprocess
from pathlib import Path

from _common import MISSING, PYTHON, ROOT, Stop, make_venv, run_script

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/screenshots",
        description="Takes the README's pictures from the running demo (bin/start).",
        epilog="It needs Chromium: CHROMIUM names the program, else one on the PATH is taken. "
        "Exit codes: 0 fine, 2 usage, 3 no browser, or no demo that answers.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the demo is served (default %(default)s)")
    parser.add_argument("--all", type=Path, metavar="DIR", help="every screen, into this folder, instead")
    args = parser.parse_args(given)
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        raise Stop("Chromium is missing. Install it, or name it with CHROMIUM.", MISSING)
    make_venv(dev=True)
    env = {**os.environ, "CHROMIUM": browser}
    where = ["--all", str(args.all)] if args.all else []
    return subprocess.run([PYTHON, ROOT / "bin" / "_camera.py", args.url, *where], cwd=ROOT, env=env).returncode


if __name__ == "__main__":
    run_script(main)
