"""bin/bench: what each operation costs, on people made for it in a folder that is gone afterwards.

With DATABASE_URL it measures on that database, which must be empty; else on SQLite.
"""

import os
import subprocess
import tempfile

from _common import PYTHON, ROOT, make_venv, run_script


def main(given: list[str]) -> int:
    make_venv(dev=False)
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        env = {**os.environ, "VOUCH_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "bench.settings"}
        return subprocess.run([PYTHON, "-m", "bench", *given], cwd=ROOT, env=env).returncode


if __name__ == "__main__":
    run_script(main)
