"""Which edition of the alliance pilot a new case is pinned to."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.editions.alliance import CODE
from cases.errors import Invalid
from cases.models import Edition
from cases.wording import cdate


def edition_on(day: dt.date) -> Edition:
    """The edition in force on the day; raises Invalid where there is none."""
    candidates = Edition.objects.filter(code=CODE, valid_from__lte=day).exclude(valid_until__lte=day)
    edition = candidates.order_by("-valid_from").first()
    if edition is None:
        raise Invalid("no_edition", _("No edition of the pilot is in force on %(day)s.") % {"day": cdate(day)})
    return edition
