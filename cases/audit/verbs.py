"""What the verbs of the system's own events are called, by the kinds that an auditor looks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Sort:
    """One kind of events: its name, and its verbs with theirs."""

    label: Promise
    verbs: Mapping[str, Promise]


SORTS: Mapping[str, Sort] = {
    "signing_in": Sort(
        pgettext_lazy("event of the system", "Signing in"),
        {
            "sign_in": pgettext_lazy("event of the system", "Signed in"),
            "sign_out": pgettext_lazy("event of the system", "Signed out"),
            "sign_in_failed": pgettext_lazy("event of the system", "Failed to sign in"),
            "locked_out": pgettext_lazy("event of the system", "Locked after failures"),
            "second_step": pgettext_lazy("event of the system", "Passed the second factor"),
            "set_up_second_factor": pgettext_lazy("event of the system", "Set up a second factor"),
            "remove_second_factor": pgettext_lazy("event of the system", "Removed the second factor"),
            "reset_second_factor": pgettext_lazy("event of the system", "Reset a second factor"),
            "renew_codes": pgettext_lazy("event of the system", "Renewed the recovery codes"),
            "change_password": pgettext_lazy("event of the system", "Changed the password"),
            "lend_password": pgettext_lazy("event of the system", "Lent a one-time password"),
            "hand_out_links": pgettext_lazy("event of the system", "Handed out links for first passwords"),
        },
    ),
    "posts": Sort(
        pgettext_lazy("event of the system", "Accounts and posts"),
        {
            "first_administrators": pgettext_lazy("event of the system", "Made the first administrators"),
            "open_account": pgettext_lazy("event of the system", "Opened an account"),
            "enable_account": pgettext_lazy("event of the system", "Enabled an account"),
            "disable_account": pgettext_lazy("event of the system", "Disabled an account"),
            "propose": pgettext_lazy("event of the system", "Proposed an appointment"),
            "proposal_told": pgettext_lazy("event of the system", "Told who has to confirm an appointment"),
            "confirm": pgettext_lazy("event of the system", "Confirmed an appointment"),
            "appoint": pgettext_lazy("event of the system", "Appointed"),
            "decline": pgettext_lazy("event of the system", "Declined an appointment"),
            "withdraw": pgettext_lazy("event of the system", "Withdrew a proposal"),
            "end_appointment": pgettext_lazy("event of the system", "Ended an appointment"),
            "delegate": pgettext_lazy("event of the system", "Delegated a post"),
            "end_delegation": pgettext_lazy("event of the system", "Ended a delegation"),
        },
    ),
    "units": Sort(
        pgettext_lazy("event of the system", "Units and rosters"),
        {
            "import_roster": pgettext_lazy("event of the system", "Imported a roster"),
            "confirm_roster": pgettext_lazy("event of the system", "Confirmed a roster"),
            "move_unit": pgettext_lazy("event of the system", "Moved a unit"),
            "close_unit": pgettext_lazy("event of the system", "Closed a unit"),
            "record_closure": pgettext_lazy("event of the system", "Recorded a local closure"),
            "withdraw_closure": pgettext_lazy("event of the system", "Withdrew a local closure"),
            "enter_reading": pgettext_lazy("event of the system", "Entered a share of a target"),
        },
    ),
    "settings": Sort(
        pgettext_lazy("event of the system", "Editions and settings"),
        {
            "store_editions": pgettext_lazy("event of the system", "Took up editions"),
            "set_webhook": pgettext_lazy("event of the system", "Set the webhook"),
            "renew_webhook_key": pgettext_lazy("event of the system", "Renewed the key of the webhook"),
            "end_webhook": pgettext_lazy("event of the system", "Switched the webhook off"),
            "send_again": pgettext_lazy("event of the system", "Sent messages again"),
            "set_preferences": pgettext_lazy("event of the system", "Chose how messages come"),
        },
    ),
    "reading": Sort(
        pgettext_lazy("event of the system", "Reading and exports"),
        {
            "read": pgettext_lazy("event of the system", "Read a case"),
            "search_trails": pgettext_lazy("event of the system", "Searched the trails"),
            "verify_case": pgettext_lazy("event of the system", "Verified a case"),
            "search_system": pgettext_lazy("event of the system", "Searched the system’s own trail"),
            "export": pgettext_lazy("event of the system", "Took data away"),
        },
    ),
    "personal": Sort(
        pgettext_lazy("event of the system", "Personal data and files"),
        {
            "erase_personal_data": pgettext_lazy("event of the system", "Erased personal data"),
            "rewrap_personal_keys": pgettext_lazy("event of the system", "Wrapped the keys of persons anew"),
            "scan_file": pgettext_lazy("event of the system", "Scanned a file"),
            "refuse_infected": pgettext_lazy("event of the system", "Refused an infected file"),
        },
    ),
    "proof": Sort(
        pgettext_lazy("event of the system", "The trail itself"),
        {
            "seal_rows": pgettext_lazy("event of the system", "Sealed versions of drafts"),
            "more_rows": pgettext_lazy("event of the system", "Sealed further versions"),
            "anchor": pgettext_lazy("event of the system", "Wrote an anchor"),
            "anchor_mailed": pgettext_lazy("event of the system", "Sent an anchor to its witnesses"),
            "verification_asked": pgettext_lazy("event of the system", "Asked for a verification"),
            "verified": pgettext_lazy("event of the system", "Verified the trail"),
            "faults_told": pgettext_lazy("event of the system", "Told of faults in the trail"),
        },
    ),
}
WORDS: Mapping[str, Promise] = {verb: word for sort in SORTS.values() for verb, word in sort.verbs.items()}
