"""The proxy that compose.yaml and docs/operate.md put in front: unfinished requests stop nobody (H12).

Needs nginx (NGINX names the program, or it is on the path); the server behind it is the real one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "docs" / "installing" / "nginx.conf.template"
NGINX = os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(not NGINX, reason="needs nginx")

MAIN = """
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/vouch.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documented configuration, filled in, and a certificate of its own."""
    made = tmp_path_factory.mktemp("proxy")
    subject = ["-subj", "/CN=vouch.example", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    files = ["-keyout", str(made / "privkey.pem"), "-out", str(made / "fullchain.pem")]
    subprocess.run(["openssl", "req", "-x509", *subject, *files], check=True, capture_output=True)
    (made / "nginx.conf").write_text(MAIN.format(folder=made))
    return made


def configure(folder: Path, behind: int, plain: int, tls: int) -> None:
    text = TEMPLATE.read_text().replace("${VOUCH_UPSTREAM}", f"127.0.0.1:{behind}").replace("${VOUCH_TLS}", str(folder))
    text = text.replace("listen 80 ", f"listen 127.0.0.1:{plain} ").replace("listen 443 ", f"listen 127.0.0.1:{tls} ")
    (folder / "vouch.conf").write_text(text)


def nginx(folder: Path, *arguments: str) -> list[str]:
    return [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), *arguments]


@needs_nginx
@pytest.mark.long
def test_nginx_understands_the_configuration(folder: Path) -> None:
    configure(folder, free_port(), free_port(), free_port())
    checked = subprocess.run(nginx(folder, "-t"), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr, checked.stderr


class Proxied:
    """gunicorn with two processes of four threads, as small as anybody runs it, and nginx in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.behind, self.plain, self.tls = free_port(), free_port(), free_port()
        configure(folder, self.behind, self.plain, self.tls)
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.demo", "VOUCH_DATA_DIR": str(folder / "data"),
               "VOUCH_WEB_PROCESSES": "2", "VOUCH_WEB_THREADS": "4", "ALLOWED_HOSTS": "vouch.example"}  # fmt: skip
        serve = [sys.executable, "-m", "gunicorn", "-c", "python:lms.settings.gunicorn", "lms.wsgi", "--bind"]
        self.running = [
            subprocess.Popen([*serve, f"127.0.0.1:{self.behind}"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL),
            subprocess.Popen(nginx(folder, "-g", "daemon off;")),
        ]

    def get(self, path: str = "/healthz", within: float = 5) -> int:
        trusting = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        trusting.check_hostname = False
        request = urllib.request.Request(f"https://127.0.0.1:{self.tls}{path}", headers={"Host": "vouch.example"})
        try:
            with urllib.request.urlopen(request, timeout=within, context=trusting) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return int(refused.code)
        except OSError:
            return 0

    def wait(self) -> None:
        for _n in range(120):
            if self.get() == 200:
                return
            threading.Event().wait(0.5)
        pytest.fail("the proxied server does not answer")

    def half_sent(self, text: str) -> Any:
        """A request over TLS of which no more comes."""
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        line = anybody.wrap_socket(socket.create_connection(("127.0.0.1", self.tls), 5))
        line.sendall(text.encode())
        return line

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            process.wait(20)


@pytest.fixture(scope="module")
def proxied(folder: Path) -> Iterator[Proxied]:
    made = Proxied(folder)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


POST = "POST /accounts/login/ HTTP/1.1\r\nHost: vouch.example\r\n"
HALF = {
    "headers that never end": "GET /healthz HTTP/1.1\r\nHost: vouch.example\r\nX-More: ",
    "a body that never comes": f"{POST}Content-Length: 5000\r\n\r\nlogin=",
    "a body in pieces": f"{POST}Transfer-Encoding: chunked\r\n\r\n5\r\nlogin",
}


@needs_nginx
@pytest.mark.long
@pytest.mark.parametrize("what", HALF)
def test_half_sent_requests_stop_nobody(what: str, proxied: Proxied) -> None:
    """H12: forty of them at once, five for each thread behind; the next one is answered as ever."""
    lines = [proxied.half_sent(HALF[what]) for _n in range(40)]
    try:
        assert [proxied.get(within=3) for _n in range(8)] == [200] * 8
    finally:
        for line in lines:
            line.close()


@needs_nginx
@pytest.mark.long
def test_and_are_given_up_in_time(proxied: Proxied) -> None:
    """H12."""
    line = proxied.half_sent(HALF["headers that never end"])
    line.settimeout(20)
    assert line.recv(100) == b""  # the proxy hung up, by client_header_timeout
    line.close()


@needs_nginx
@pytest.mark.long
def test_who_asks_without_end_is_held_up(proxied: Proxied) -> None:
    with ThreadPoolExecutor(16) as many:
        answers = list(many.map(lambda _n: proxied.get(), range(400)))
    assert 429 in answers
    assert answers.count(200) >= 60, "whoever opens a page with all that is on it notices nothing"


# --- What goes with it ------------------------------------------------------------------------------------


def test_the_proxy_waits_less_than_the_server_and_takes_a_little_more() -> None:
    from lms.settings import base, gunicorn

    text = TEMPLATE.read_text()
    (idle,) = re.findall(r"^    keepalive_timeout (\d+)s;  # less", text, re.M)
    assert int(idle) < gunicorn.keepalive
    (size,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert base.VOUCH_MAX_BODY_BYTES < int(size) * 1024 * 1024 < 1.1 * base.VOUCH_MAX_BODY_BYTES


def test_it_replaces_what_says_who_asks() -> None:
    """Or log-in limits would count by whatever a stranger writes."""
    text = TEMPLATE.read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert "proxy_add_x_forwarded_for" not in text
    assert "proxy_set_header Host $host;" in text


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"])


def test_only_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    """H12: and it is the documented one, in front of the web server."""
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"]]
    assert (ROOT / mounted[0]).resolve() == TEMPLATE
    names = set(re.findall(r"\$\{(\w+)\}", re.sub(r"^#.*", "", TEMPLATE.read_text(), flags=re.M)))
    assert names <= services["proxy"]["environment"].keys()
    assert services["proxy"]["environment"]["VOUCH_UPSTREAM"] == "web:8000"
    assert services["web"]["environment"]["VOUCH_TRUST_PROXY"] == "1"


def test_whoever_others_wait_for_says_that_it_is_well(services: dict[str, Any]) -> None:
    waited_for = {
        name
        for service in services.values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_healthy"
    }
    assert waited_for == {"web", "database", "redis"}
    assert all("healthcheck" in services[name] for name in (*waited_for, "proxy"))


UNITS = {"web": "gunicorn", "worker": "celery", "schedule": "celery"}


@pytest.mark.parametrize("name", UNITS)
def test_the_units_bring_back_what_ends_and_run_what_the_image_runs(name: str, services: dict[str, Any]) -> None:
    """H16."""
    unit = (ROOT / "docs" / "installing" / f"vouch-{name}.service").read_text()
    assert "\nRestart=always\n" in unit
    (started,) = re.findall(r"^ExecStart=/srv/vouch/\.venv/bin/(.*)$", unit, re.M)
    assert started.startswith(UNITS[name])
    if name == "web":
        image = (ROOT / "Dockerfile").read_text()
        command = re.findall(r'"([^"]+)"', image.rpartition("CMD ")[2])
        assert started == " ".join(command).replace("0.0.0.0:8000", "127.0.0.1:8000")
    else:
        assert " ".join(services[name]["command"].split()[:4]) == " ".join(started.split()[:4])
