"""What an ASGI server serves: ``lms.asgi``. Our own scripts use ``lms.wsgi``."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from lms.rules.charsets import is_utf_8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

django = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Django's, for requests whose letters are UTF-8 (``lms.wsgi``)."""
    said = [value.decode("latin1") for name, value in scope.get("headers", ()) if name == b"content-type"]
    if not is_utf_8(",".join(said)):
        await send({"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"Send UTF-8."})
    else:
        await django(scope, receive, send)
