"""Makes the first database and fills it. bin/start runs it with the project's own Python, and its settings.

All in one process: Django and Wagtail take longer to load than the curriculum.
"""

import argparse
import sys

from _common import FINE, ROOT, run_script, say


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--empty", action="store_true")
    options = parser.parse_args(given)
    say("Making the database")
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if not options.empty:
        say("Loading the starter curriculum")
        call_command("load_curriculum", verbosity=0)
        say("Making the demo company")
        call_command("create_demo")
    return FINE


if __name__ == "__main__":
    run_script(main)
