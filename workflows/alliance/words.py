"""What work on pilots is called in a list, and on which page it is done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.kinds import Destination

PILOT, FUNDS, CENTRES = _("Alliance pilots"), _("Funds"), _("Guidance centres")
FILINGS, CARD, REFERRALS = pgettext_lazy("of an alliance", "Filings"), _("Scorecard"), _("Referrals")
DECIDE, OPEN = pgettext_lazy("button", "Decide"), pgettext_lazy("button", "Open")
REVIEW, WRITE = pgettext_lazy("button", "Review"), pgettext_lazy("button", "Write")
SCORE, COUNTERSIGN = pgettext_lazy("button", "Score"), pgettext_lazy("button", "Countersign")
ENTER, CHECK = pgettext_lazy("button", "Enter"), pgettext_lazy("button", "Check")

PROGRAMMES = {"choose": Destination("pilot_programme", PILOT, "", OPEN)}
PILOTS = {
    "choose": Destination("pilot", PILOT, "", DECIDE),
    "prepare": Destination("pilot", PILOT, "", OPEN),
    "practise": Destination("pilot", PILOT, "", OPEN),
    "sum_up": Destination("pilot", PILOT, "", WRITE),
    "join": Destination("pilot_scoring", CARD, "", SCORE),
    "countersign": Destination("pilot_scoring", CARD, "", COUNTERSIGN),
    "exchange": Destination("pilot", PILOT, "", OPEN),
    "decide": Destination("pilot", PILOT, "", DECIDE),
}
COLUMNS = {"fill_in": Destination("scoring", CARD, "", SCORE)}
FILED = {
    "draft": Destination("filing", FILINGS, _("Write and file %(number)s"), WRITE),
    "revise": Destination("filing", FILINGS, _("Work over what was returned and file it again: %(number)s"), WRITE),
    "decide": Destination("filing", FILINGS, _("Put %(number)s on file, or return it"), REVIEW),
}
SPENT = {
    "use": Destination("fund", FUNDS, "", ENTER),
    "check": Destination("fund", FUNDS, "", CHECK),
}
YEARS = {"keep": Destination("guidance_year", CENTRES, "", ENTER)}
REFERRED = dict.fromkeys(("answer", "receive", "follow", "conclude"), Destination("referral", REFERRALS, "", OPEN))
