"""The roles, where each may be held and which grants it carries (design, Scope).

One table instead of conditions: a grant covers the unit of the appointment and everything below it, so the same
grant held higher up reaches further, and what a higher level must not do is simply not granted there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    INSTITUTION_FILLER = "institution_filler", _("Institution filler")
    INSTITUTION_HEAD = "institution_head", _("Institution head")
    COUNTY_OFFICER = "county_officer", _("County officer")
    COUNTY_APPROVER = "county_approver", _("County approver")
    PREFECTURE_OFFICER = "prefecture_officer", _("Prefecture officer")
    PREFECTURE_HEAD = "prefecture_head", _("Prefecture head")
    REGION_OFFICER = "region_officer", _("Region officer")
    REGION_HEAD = "region_head", _("Region head")
    REGION_EXPERT = "region_expert", _("Regional expert")
    NATION_OFFICER = "nation_officer", _("National officer")
    NATIONAL_EXPERT = "national_expert", _("National expert")
    ALLIANCE_OFFICER = "alliance_officer", _("Alliance office")
    MEMBER_OFFICER = "member_officer", _("Member’s office")
    REFERRAL_CONTACT = "referral_contact", _("Referral contact")
    CENTRE_OFFICER = "centre_officer", _("Guidance centre officer")
    FINANCE_OFFICER = "finance_officer", _("Finance officer")
    INSPECTOR = "inspector", _("Inspector")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDITOR = "auditor", _("Auditor")


ORG_PERMISSIONS = [
    ("view", "Read the cases of the unit"),
    ("fill", "Fill in and rectify for the institution"),
    ("confirm", "Confirm and submit for the institution"),
    ("verify", "Verify, return and review"),
    ("approve", "Approve for the county"),
    ("oversee", "Reopen and hold as a superior"),
    ("manage_cycles", "Open and archive a year's cycles"),
    ("compile", "Complete the prefecture's plan and summary"),
    ("endorse", "Confirm and file the prefecture's plan and summary"),
    ("receive", "Accept or return what prefectures file"),
    ("roll_up", "Complete the region's report"),
    ("release", "Approve and file the region's report"),
    ("acknowledge", "Acknowledge the reports of regions"),
    ("draw", "Draw spot-checks and send out teams"),
    ("run_pilots", "Run the alliance pilots"),
    ("decide_pilots", "Select pilots and decide on them"),
    ("keep_register", "Keep a guidance centre's register"),
    ("inspect", "Read audit trails"),
    ("manage_people", "Manage accounts and the roster"),
    ("manage_roles", "Manage roles and grants"),
    ("audit_system", "Read the system's own trails"),
]
AUTHORITY = ("verify", "approve", "oversee", "acknowledge", "inspect")  # the grants of those above the institution


@dataclass(frozen=True)
class RoleRule:
    """At which kinds of unit a role may be held, and the grants that it carries on the unit's subtree."""

    kinds: frozenset[str]
    grants: frozenset[str]


def _rule(kinds: str, grants: str) -> RoleRule:
    return RoleRule(frozenset(kinds.split()), frozenset(grants.split()))


RULES: dict[str, RoleRule] = {
    Role.INSTITUTION_FILLER: _rule("institution hospital community_centre", "view fill"),
    Role.INSTITUTION_HEAD: _rule("institution hospital community_centre", "view fill confirm"),
    Role.COUNTY_OFFICER: _rule("county", "view verify"),
    Role.COUNTY_APPROVER: _rule("county", "view approve"),
    Role.PREFECTURE_OFFICER: _rule("prefecture", "view oversee compile run_pilots"),
    Role.PREFECTURE_HEAD: _rule("prefecture", "view oversee endorse decide_pilots"),
    Role.REGION_OFFICER: _rule("region", "view oversee manage_cycles receive roll_up draw"),
    Role.REGION_HEAD: _rule("region", "view oversee manage_cycles release"),
    Role.REGION_EXPERT: _rule("region", ""),
    Role.NATION_OFFICER: _rule("nation", "view acknowledge draw"),
    Role.NATIONAL_EXPERT: _rule("nation", ""),
    Role.ALLIANCE_OFFICER: _rule("hospital", "view"),
    Role.MEMBER_OFFICER: _rule("institution hospital community_centre", "view"),
    Role.REFERRAL_CONTACT: _rule("institution hospital community_centre", "view"),
    Role.CENTRE_OFFICER: _rule("guidance_centre", "view keep_register"),
    Role.FINANCE_OFFICER: _rule("finance_bureau", "view"),
    Role.INSPECTOR: _rule("nation region prefecture", "view inspect"),
    Role.SYSTEM_ADMIN: _rule("nation region prefecture", "manage_people"),
    Role.SECURITY_ADMIN: _rule("nation region prefecture", "manage_roles"),
    Role.AUDITOR: _rule("nation region prefecture", "audit_system"),
}


class Posts(NamedTuple):
    """Who does the daily work of a kind of unit, and who answers for it."""

    officer: str
    head: str


_INSTITUTION = Posts(Role.INSTITUTION_FILLER, Role.INSTITUTION_HEAD)
POSTS: dict[str, Posts] = {
    "institution": _INSTITUTION,
    "hospital": _INSTITUTION,
    "community_centre": _INSTITUTION,
    "county": Posts(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER),
    "prefecture": Posts(Role.PREFECTURE_OFFICER, Role.PREFECTURE_HEAD),
    "region": Posts(Role.REGION_OFFICER, Role.REGION_HEAD),
    "nation": Posts(Role.NATION_OFFICER, Role.NATION_OFFICER),
    "guidance_centre": Posts(Role.CENTRE_OFFICER, Role.CENTRE_OFFICER),
    "finance_bureau": Posts(Role.FINANCE_OFFICER, Role.FINANCE_OFFICER),
}
# Further posts for which the head of a unit answers when nobody holds them.
OFFICES = {Role.INSTITUTION_HEAD: (Role.ALLIANCE_OFFICER, Role.MEMBER_OFFICER, Role.REFERRAL_CONTACT)}
SOME_HAVE = frozenset(role for roles in OFFICES.values() for role in roles)  # not every unit of a kind has them
ANSWERED_FOR: dict[str, tuple[str, ...]] = {
    posts.head: (posts.officer, *OFFICES.get(Role(posts.head), ())) for posts in POSTS.values()
}
WORKING = frozenset(ANSWERED_FOR) | {
    role for roles in ANSWERED_FOR.values() for role in roles
}  # has work addressed to it

# Who acts only in the cases that name them as a party, whatever their unit (visiting experts).
PARTY_ROLES = (Role.REGION_EXPERT, Role.NATIONAL_EXPERT)
PARTY = "party:"  # a permission of this form asks for that part in the case instead of a grant


class Part(NamedTuple):
    """A part that a unit may have in a case: with which roles somebody acts for it, whoever works on it daily first.

    ``told``: its daily worker hears of what is told to all who take part. ``side``: one of two sides that hear of each
    other's work, which nobody above them reads.
    """

    roles: tuple[str, ...]
    told: bool = False
    side: bool = False


# The parts of units in cases that cut across the tree.
PARTS: dict[str, Part] = {
    "lead": Part((Role.ALLIANCE_OFFICER, Role.INSTITUTION_HEAD), told=True),
    "member": Part((Role.MEMBER_OFFICER, Role.INSTITUTION_HEAD), told=True),
    "district": Part((Role.COUNTY_OFFICER, Role.COUNTY_APPROVER), told=True),
    "finance": Part((Role.FINANCE_OFFICER,), told=True),
    "holder": Part((Role.ALLIANCE_OFFICER, Role.CENTRE_OFFICER, Role.INSTITUTION_HEAD)),
    "asker": Part(
        (
            Role.ALLIANCE_OFFICER,
            Role.MEMBER_OFFICER,
            Role.COUNTY_OFFICER,
            Role.COUNTY_APPROVER,
            Role.CENTRE_OFFICER,
            Role.FINANCE_OFFICER,
            Role.INSTITUTION_HEAD,
        )
    ),
    "sender": Part((Role.REFERRAL_CONTACT, Role.INSTITUTION_HEAD), side=True),
    "receiver": Part((Role.REFERRAL_CONTACT, Role.INSTITUTION_HEAD), side=True),
}
PART_ROLES: dict[str, tuple[str, ...]] = {name: part.roles for name, part in PARTS.items()}
PARTS_TOLD = tuple(name for name, part in PARTS.items() if part.told)
SIDES = tuple(name for name, part in PARTS.items() if part.side)
# Who works on a case of two sides.
CONTACTS = frozenset(PARTS[name].roles[0] for name in SIDES)

# Grants that no one person may come to hold together at a unit by a delegation: who verifies does not approve, and
# the three administrators watch one another.
SEPARATED = (
    ("verify", "approve"),
    ("compile", "endorse"),
    ("roll_up", "release"),
    ("run_pilots", "decide_pilots"),
    ("manage_people", "manage_roles", "audit_system"),
)
