#!/usr/bin/env python
"""Django's command line. Settings: DJANGO_SETTINGS_MODULE, or lms.settings.dev."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python. Run: .venv/bin/python manage.py ... (bin/start makes .venv)")
    execute_from_command_line(sys.argv)
