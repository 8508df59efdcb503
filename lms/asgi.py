"""What an ASGI server serves: ``lms.asgi``. Our own scripts use ``lms.wsgi``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

application = get_asgi_application()
