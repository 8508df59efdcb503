"""Letters of a request are UTF-8: what names anything else is refused before Django begins to read it."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from django.test import Client

from lms import asgi, wsgi
from lms.rules.charsets import is_utf_8

FORM = b'--B\r\nContent-Disposition: form-data; name="login"\r\n\r\n\xff\xfea\r\n--B--\r\n'
BROWSERS = [
    "",
    "text/plain",
    "application/json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-8",
    'multipart/form-data; boundary="----WebKitFormBoundary*7"',
    "application/json;charset=utf8",
    'text/plain; Charset = "utf-8"',
]
OTHERS = [
    *(f"text/plain; charset={name}" for name in ("hex", "rot13", "undefined", "idna", "punycode", "zip", "utf-16")),
    "multipart/form-data; boundary=B; charset=hex",
    "multipart/form-data; CHARSET = rot13 ; boundary=B",
    'application/x-www-form-urlencoded; a=b;charset="idna"',
    "text/plain; charset*=hex''%41",
    "multipart/form-data; boundary*=rot13''B",
    "multipart/form-data; boundary=B; name*=undefined''x",
]


def ask(application: Any, content_type: str, body: bytes = b"") -> str:
    """The status that a server would send on."""
    got: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET", "PATH_INFO": "/accounts/login/", "QUERY_STRING": "next=%ff",
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)),
    }  # fmt: skip
    b"".join(application(environ, lambda status, headers: got.append(status)))
    return got[0]


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", OTHERS)
def test_other_charsets_are_refused(content_type: str) -> None:
    """With and without a form. No middleware could do it: Django stops while it makes the request."""
    assert ask(wsgi.application, content_type) == "400 Bad Request"
    assert ask(wsgi.application, content_type, FORM) == "400 Bad Request"


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", BROWSERS)
def test_what_browsers_send_is_read(content_type: str) -> None:
    assert is_utf_8(content_type)
    assert ask(wsgi.application, content_type) == "200 OK"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["name*=hex''%00a", "name=\"f\"; filename*=rot13''%41a", "name*=nothing''a"])
def test_the_name_of_a_field_brings_no_charset_along(name: str) -> None:
    body = f"--B\r\nContent-Disposition: form-data; {name}\r\n\r\nx\r\n--B--\r\n".encode()
    answer = Client().post("/accounts/login/", body, content_type="multipart/form-data; boundary=B")
    assert answer.status_code in (200, 400)


def test_an_asgi_server_refuses_them_too() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"host", b"testserver"), (b"content-type", b"text/plain; charset=hex")]}
    asyncio.run(asgi.application(scope, None, send))
    assert [message.get("status") for message in sent] == [400, None]
