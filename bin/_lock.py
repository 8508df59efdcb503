"""bin/lock: writes requirements.txt and requirements-dev.txt from their .in files, with hashes, for every platform."""

import argparse
import shutil

from _common import FINE, MISSING, ROOT, VENV, Stop, run, run_script, say


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/lock",
        description="Pins what requirements.in and requirements-dev.in ask for. Needs uv. Versions stay as they are "
        "unless an .in file or --upgrade asks otherwise.",
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions the .in files allow")
    options = parser.parse_args(given)
    uv = shutil.which("uv") or shutil.which("uv", path=str(VENV / "bin"))
    if not uv:
        raise Stop("bin/lock needs uv: install it with .venv/bin/pip install uv.", MISSING)
    for name in ("requirements", "requirements-dev"):
        say(f"Locking {name}.txt")
        run(
            [
                uv, "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--quiet",
                "--no-emit-index-url", "--custom-compile-command", "bin/lock",
                *(["--upgrade"] if options.upgrade else []), f"{name}.in", "--output-file", f"{name}.txt",
            ],
            log=ROOT / "var" / "log" / "lock.log",
        )  # fmt: skip
    return FINE


if __name__ == "__main__":
    run_script(main)
