"""Scoring a pilot: columns of the scorecard, what was given, surveys of satisfaction (pilot plan, annex)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cases.models.alliance import Pilot
from cases.models.case import Case


class Scoring(models.Model):
    """The record of one column of a scorecard (自评, 区级, 市级, 财政) in one round of evaluation.

    ``round`` counts evaluations: a pilot that was extended is scored again.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="scoring")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="scorings")
    column = models.CharField(_("Column"), max_length=12)
    round = models.PositiveSmallIntegerField(default=1)
    remark = models.TextField(_("Remark"), blank=True)
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Scoring")
        verbose_name_plural = _("Scorings")
        constraints = [models.UniqueConstraint(fields=["pilot", "round", "column"], name="one_scoring_a_column")]

    def __str__(self) -> str:
        return f"{self.pilot} {self.column}"


class Score(models.Model):
    """A row of the scorecard as one column gave it; ``given`` is the input of the row's rule.

    ``computed`` is what the registers say, with the ids of the records behind it, as of the moment of saving;
    ``reason`` is the deduction reason (扣分理由), ``override_reason`` why what was given departs from it.
    """

    scoring = models.ForeignKey(Scoring, models.CASCADE, related_name="scores")
    row = models.CharField(max_length=40)
    given = models.JSONField(null=True)
    computed = models.JSONField(null=True)
    points = models.DecimalField(_("Points"), max_digits=4, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("Reason for the deduction"), blank=True)
    override_reason = models.TextField(_("Reason for the departure"), blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Score")
        verbose_name_plural = _("Scores")
        constraints = [models.UniqueConstraint(fields=["scoring", "row"], name="one_score_a_row")]

    def __str__(self) -> str:
        return f"{self.scoring_id} {self.row}"


class FinalScore(models.Model):
    """A row of the joint result of commission and finance bureau: its points, from which column, and why.

    ``source`` is the column that it was taken from; blank: a value of the commission's own, with its reason.
    """

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="final_scores")
    round = models.PositiveSmallIntegerField(default=1)
    row = models.CharField(max_length=40)
    points = models.DecimalField(_("Points"), max_digits=4, decimal_places=2)
    reason = models.TextField(_("Reason for the deduction"), blank=True)
    source = models.CharField(_("Taken from"), max_length=12, blank=True)
    row_version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Final score of a row")
        verbose_name_plural = _("Final scores of rows")
        constraints = [models.UniqueConstraint(fields=["pilot", "round", "row"], name="one_final_score_a_row")]

    def __str__(self) -> str:
        return f"{self.pilot_id} {self.row}"


class Survey(models.Model):
    """A survey of satisfaction with a pilot (满意度调查; scorecard, row 20)."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="surveys")
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(_("Opened"))
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Survey")
        verbose_name_plural = _("Surveys")
        constraints = [models.UniqueConstraint(fields=["pilot", "round"], name="one_survey_a_round")]

    def __str__(self) -> str:
        return f"{self.pilot} {self.round}"


class Respondents(models.TextChoices):
    """The three groups that are asked; those of the institutions answer as staff, patients or managers."""

    AUTHORITY = "authority", _("Local health authority")
    STAFF = "staff", _("Managers and medical staff of members")
    PATIENT = "patient", _("Patients and residents")


class SurveyLink(models.Model):
    """A one-time way in for a respondent without an account; only the digest of its token is kept."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="links")
    group = models.CharField(_("Respondents"), max_length=10, choices=Respondents)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("Made"))
    valid_until = models.DateTimeField(_("Valid until"))
    used_at = models.DateTimeField(_("Used"), null=True, blank=True)

    class Meta:
        verbose_name = _("Survey link")
        verbose_name_plural = _("Survey links")

    def __str__(self) -> str:
        return f"{self.survey_id} {self.group}"


class SurveyAnswer(models.Model):
    """One answer, by nobody in particular; ``entered_by`` is the surveyor where one entered it."""

    class Answer(models.TextChoices):
        SATISFIED = "satisfied", pgettext_lazy("survey", "Satisfied")
        FAIR = "fair", pgettext_lazy("survey", "Fair")
        DISSATISFIED = "dissatisfied", pgettext_lazy("survey", "Dissatisfied")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    group = models.CharField(_("Respondents"), max_length=10, choices=Respondents)
    answer = models.CharField(_("Answer"), max_length=12, choices=Answer)
    entered_on = models.DateField(_("Day"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(_("Reason"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Survey answer")
        verbose_name_plural = _("Survey answers")
        indexes = [
            models.Index(fields=["survey", "group", "answer"], name="survey_counts", condition=Q(withdrawn_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.answer}"
