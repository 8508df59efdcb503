"""bin/lock: writes the requirements*.txt from their .in files, with hashes, for every platform."""

import argparse

from _common import FINE, ROOT, VENV, make_venv, run, run_script, say


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/lock",
        description="Pins what the requirements*.in files ask for. Versions stay as they are "
        "unless an .in file or --upgrade asks otherwise.",
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions the .in files allow")
    options = parser.parse_args(given)
    make_venv(dev=True)
    for name in ("requirements-installer", "requirements", "requirements-dev"):
        say(f"Locking {name}.txt")
        run(
            [
                str(VENV / "bin" / "uv"), "pip", "compile", "--universal", "--python-version", "3.11",
                "--generate-hashes", "--quiet",
                "--no-emit-index-url", "--custom-compile-command", "bin/lock",
                *(["--upgrade"] if options.upgrade else []), f"{name}.in", "--output-file", f"{name}.txt",
            ],
            log=ROOT / "var" / "log" / "lock.log",
        )  # fmt: skip
    return FINE


if __name__ == "__main__":
    run_script(main)
