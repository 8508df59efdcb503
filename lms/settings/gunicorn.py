"""How gunicorn serves, alike everywhere: ``gunicorn -c python:lms.settings.gunicorn lms.wsgi``.

VOUCH_WEB_PROCESSES and VOUCH_WEB_THREADS say how many requests are answered at once: their product, and as many
connections to the database. Without them: a process a core, at least two and at most eight, of eight threads each.
"""

import gc
import os

worker_class = "gthread"
workers = int(os.environ.get("VOUCH_WEB_PROCESSES") or min(max(os.cpu_count() or 2, 2), 8))
threads = int(os.environ.get("VOUCH_WEB_THREADS") or 8)
preload_app = True
control_socket_disable = True
graceful_timeout = 10  # seconds for what is being answered when it is asked to stop
# Seconds, more than a proxy keeps a connection that nobody uses (nginx: 60). With less, the proxy now and then sends
# a request into one that is just being closed, and answers 502.
keepalive = 75


def post_worker_init(worker: object) -> None:
    """Leave out of garbage collection what stays for good, and collect less often: a page makes many thousand objects,
    nearly all of which go without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
