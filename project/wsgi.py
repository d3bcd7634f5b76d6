"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - these need the applications to be loaded

from notifications.rules import require_rules  # noqa: E402
from project.running.loop import start_embedded  # noqa: E402
from project.safety import require_safe_start  # noqa: E402
from workflows.soundness import require_sound  # noqa: E402

if settings.PRODUCTION:
    require_safe_start()
require_sound()
require_rules()
if settings.CLOCK == "embedded":
    start_embedded()
