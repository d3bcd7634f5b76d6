"""Alliance pilots: the programme, the pilot, who belongs to it, and what it files (pilot plan, parts 2 (2) and 3)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.case import Case
from cases.models.org import OrgUnit


class PilotProgramme(models.Model):
    """The record of a city's programme of pilots; its dates are the phases of its edition."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="pilot_programme")
    title = models.CharField(_("Title"), max_length=120)
    notice = models.TextField(_("Notice to districts and hospitals"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Programme of pilots")
        verbose_name_plural = _("Programmes of pilots")

    def __str__(self) -> str:
        return self.title


class Pilot(models.Model):
    """The record of a pilot: one alliance from application to outcome; its case hangs on the programme's.

    The case's unit is the city commission; everybody else is a party (``lead``, ``member``, ``district``, ``finance``).
    ``applicant`` is the hospital or district that applied or nominated it; ``extended_until`` the last day of an
    extended practice.
    """

    class Structure(models.TextChoices):
        THREE_TIER = "three_tier", _("Three-tier alliance")
        DIRECT = "direct", _("Direct alliance")

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="pilot")
    name = models.CharField(_("Name of the alliance"), max_length=120)
    structure = models.CharField(_("Structure"), max_length=12, choices=Structure)
    lead = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Lead hospital"))
    applicant = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Applicant"))
    nominated = models.BooleanField(_("Nominated by the district"), default=False)
    application = models.TextField(_("Why this pilot"), blank=True)
    working_group = models.TextField(_("Working group"), blank=True)
    summary = models.TextField(_("Summary report"), blank=True)
    extended_until = models.DateField(_("Practice extended until"), null=True, blank=True)
    scored_at = models.DateTimeField(_("Final score fixed"), null=True, blank=True)
    total = models.DecimalField(_("Final score"), max_digits=5, decimal_places=2, null=True, blank=True)
    exchange_on = models.DateField(_("Day of the exchange meeting"), null=True, blank=True)
    exchange = models.TextField(_("Exchange meeting"), blank=True)
    experience = models.TextField(_("Experience"), blank=True)
    published_at = models.DateTimeField(_("Published"), null=True, blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Alliance pilot")
        verbose_name_plural = _("Alliance pilots")

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid(self, on: dt.date) -> MembershipQuerySet:
        """Memberships that count on the day; ``valid_until`` is the first day that does not."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)


class Membership(models.Model):
    """A unit in an alliance, by an agreement with dates (协议); voluntary, and ended rather than deleted.

    ``contact`` is the named person for referrals (双向转诊联络人).
    """

    class Tier(models.TextChoices):
        LEAD = "lead", _("Lead hospital")
        COMMUNITY = "community", _("Community health centre")
        INSTITUTION = "institution", _("Member institution")

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="memberships", verbose_name=_("Unit"))
    tier = models.CharField(_("Tier"), max_length=12, choices=Tier)
    has_hospital = models.BooleanField(_("Has an own hospital or nursing home"), default=False)
    agreement = models.CharField(_("Agreement"), max_length=120, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Contact")
    )
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    end_reason = models.TextField(_("Reason for the end"), blank=True)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        ordering = ["pilot", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["pilot", "unit"], name="one_open_membership_a_pilot", condition=Q(valid_until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.unit}"

    @property
    def last_day(self) -> dt.date | None:
        """The last day of the agreement, as people write it; None where it has no end."""
        return self.valid_until - dt.timedelta(days=1) if self.valid_until else None


class CommitteeMember(models.Model):
    """A person on the management committee (管委会), whose director is the lead hospital's president."""

    class Seat(models.TextChoices):
        DIRECTOR = "director", _("Director")
        DEPUTY = "deputy", _("Deputy director")
        MEMBER = "member", pgettext_lazy("committee", "Member")
        OFFICE = "office", _("Head of the office")

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="committee")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Person"))
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    seat = models.CharField(_("Seat"), max_length=10, choices=Seat)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Committee member")
        verbose_name_plural = _("Committee members")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="seat_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["pilot"], name="one_director_a_committee", condition=Q(seat="director", valid_until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_seat_display()} {self.user}"


class Meeting(models.Model):
    """A meeting of the management committee; its minutes may also lie with it as files (item code ``meeting:<id>``)."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="meetings")
    held_on = models.DateField(_("Day"))
    agenda = models.TextField(_("Agenda"))
    decisions = models.TextField(_("Decisions"))
    minutes = models.TextField(_("Minutes"), blank=True)
    present = models.JSONField(_("Present"), default=list, help_text="Keys of committee members.")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Meeting")
        verbose_name_plural = _("Meetings")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.pilot} {self.held_on}"


class AnnualPlan(models.Model):
    """What the members of a pilot agreed on for a year (年度工作计划; scorecard, row 2)."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="annual_plans")
    year = models.PositiveSmallIntegerField(_("Year"))
    text = models.TextField(_("Goals and tasks"))
    agreed_on = models.DateField(_("Agreed on"))
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Annual plan")
        verbose_name_plural = _("Annual plans")
        constraints = [models.UniqueConstraint(fields=["pilot", "year"], name="one_plan_a_pilot_and_year")]

    def __str__(self) -> str:
        return f"{self.pilot} {self.year}"


class Filing(models.Model):
    """The record of something filed with the commission (备案): a version of the implementation plan or agreement."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Implementation plan")
        AGREEMENT = "agreement", _("Alliance agreement")

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="filing")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="filings")
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("Version"))
    text = models.TextField(_("Contents"))
    accepted_at = models.DateTimeField(_("Accepted"), null=True, blank=True)
    row_version = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Filing")
        verbose_name_plural = _("Filings")
        constraints = [models.UniqueConstraint(fields=["pilot", "kind", "number"], name="filing_version_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class ActivityQuerySet(models.QuerySet["Activity"]):
    def current(self) -> ActivityQuerySet:
        """Entries that count: struck ones stay on record."""
        return self.filter(struck_at=None)


class Activity(models.Model):
    """An entry in a register of a pilot (会诊、讲座、进修 …); which registers there are stands in the edition.

    ``from_on`` and ``until_on`` are the first and the last day, both counted; ``unit`` is where it took place or whom
    it served, ``sender`` who sent people out. Files lie with it under the item code ``activity:<id>``.
    """

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="activities")
    register = models.CharField(_("Register"), max_length=20)
    title = models.CharField(_("What"), max_length=200)
    from_on = models.DateField(_("From"))
    until_on = models.DateField(_("Until"))
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("At the unit"))
    sender = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Sent by")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Person")
    )
    count = models.PositiveIntegerField(_("Number"), default=1)
    people = models.PositiveIntegerField(_("People"), default=0)
    note = models.TextField(_("Note"), blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("Entered"))
    struck_at = models.DateTimeField(_("Struck"), null=True, blank=True)
    struck_reason = models.TextField(_("Reason"), blank=True)
    row_version = models.PositiveIntegerField(default=0)

    objects = ActivityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Activity")
        verbose_name_plural = _("Activities")
        ordering = ["-from_on", "-pk"]
        indexes = [
            models.Index(fields=["pilot", "register", "from_on"], name="activity_of_pilot", condition=Q(struck_at=None))
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="activity_ends_not_before_it_begins")
        ]

    def __str__(self) -> str:
        return self.title
