"""What gunicorn serves: ``gunicorn lms.wsgi``."""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from lms.rules.charsets import is_utf_8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django's, for requests whose letters are UTF-8: others it begins to read before any page of ours is asked."""
    if is_utf_8(environ.get("CONTENT_TYPE", "")):
        return django(environ, start_response)
    start_response("400 Bad Request", [("Content-Type", "text/plain")])
    return [b"Send UTF-8."]


# What is loaded by now stays for ever. Without it among what is looked through again and again for things to free, a
# page of three hundred people costs a sixth less; and workers share its memory for longer.
gc.collect()
gc.freeze()
