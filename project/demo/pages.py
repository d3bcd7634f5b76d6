"""The demonstration's control: its present moves forward by a day or a week, and what falls due by itself happens."""

from __future__ import annotations

import datetime as dt
import time

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.errors import Invalid, OutOfScope
from cases.wording import cdatetime
from project.clock import Rounds
from project.demo.clock import move_on

DAYS = {"day": 1, "week": 7}


@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """[demo_advance] ``by`` is ``day`` or ``week``. A week is lived day by day, so that each day's reminders arrive."""
    if settings.MODE != "demo":
        raise OutOfScope("no_demonstration", _("Only the demonstration’s clock can be moved."))
    days = DAYS.get(request.POST.get("by", ""))
    if days is None:
        raise Invalid("unknown_step", _("The clock moves by a day or by a week."))
    for _day in range(days):
        now = move_on(dt.timedelta(days=1))
        Rounds().go(now, time.monotonic())
    messages.success(request, _("It is now %(moment)s in the demonstration.") % {"moment": cdatetime(now)})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "inbox")
