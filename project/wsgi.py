"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

from workflows.soundness import require_sound  # noqa: E402 - needs the applications to be loaded

require_sound()
