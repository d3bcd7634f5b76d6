"""What people do in one institution's year, each thing through the door that its page uses."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from cases import evidence
from cases.access import Actor
from cases.editions.form import Form
from cases.editions.quality import quality_of
from cases.models import (
    Case,
    Conclusion,
    Evidence,
    Finding,
    OrgUnit,
    SelfCheck,
    SelfCheckAnswer,
    User,
    Verification,
    VerificationItem,
)
from cases.selfcheck import digest, snapshot
from cases.selfcheck_drafts import columns_of, save_basic, save_report, stamp
from cases.selfcheck_report import draft_report
from cases.selfcheck_rules import AnswerValues
from cases.verification_drafts import begin, drafting, save_visit
from project.demo.answers import Content, Writer
from project.demo.days import Days
from project.demo.files import Drawer
from project.demo.institutions import Institution
from project.demo.source import words
from workflows.engine import perform

Purpose = Evidence.Purpose
ITEMS_A_DAY = 10


@dataclass(frozen=True)
class Person(Actor):
    """An actor who is certainly a person."""

    user: User


@dataclass(frozen=True)
class Cast:
    """The people around an institution."""

    filler: Person
    head: Person
    officer: Person
    approver: Person
    prefecture: Person


@dataclass
class Cycle:
    """One institution's year; each method is what one person does at one moment."""

    institution: Institution
    unit: OrgUnit
    case: Case
    cast: Cast
    writer: Writer
    days: Days
    drawer: Drawer

    @property
    def rng(self) -> random.Random:
        return self.writer.rng

    @property
    def form(self) -> Form:
        form: Form = quality_of(self.case.edition).form
        return form

    def content(self, problems: int, *, items: Iterable[str] = ()) -> Content:
        """A form to be written in this year."""
        basic = self.institution.basic_information(self.case.year)
        return Content(basic, self.writer.answers(self.form, problems, items=items))

    def do(self, verb: str, by: Person, at: dt.datetime, **details: Any) -> None:
        self.case = perform(self.case, verb, by=by, at=at, **details)

    def fill(self, content: Content, at: dt.datetime, *, report: bool = True) -> None:
        """The filler writes the form, some items a day, and is done at the moment; the report is drafted from it."""
        user, codes = self.cast.filler.user, list(content.answers)
        last = (len(codes) - 1) // ITEMS_A_DAY
        with transaction.atomic():
            selfcheck = SelfCheck.objects.get(pk=self.case.pk)
            begun = self.days.before(at, last) - dt.timedelta(minutes=50)
            save_basic(selfcheck, self.form, content.basic, row_version=selfcheck.basic_version, by=user, at=begun)
            rows = []
            for number, code in enumerate(codes):
                row = SelfCheckAnswer(selfcheck=selfcheck, item_code=code)
                for name, value in columns_of(self.form.items[code], content.answers[code]).items():
                    setattr(row, name, value)
                day, place = divmod(number, ITEMS_A_DAY)
                minutes = 4 * (ITEMS_A_DAY - place)
                stamp(row, user, self.days.before(at, last - day) - dt.timedelta(minutes=minutes))
                rows.append(row)
            bulk_create_with_history(rows, SelfCheckAnswer, batch_size=100)
            self._attach(content.answers, at)
            if report:
                self._report(selfcheck, at)

    def change(self, answers: Mapping[str, AnswerValues], at: dt.datetime) -> None:
        """The filler words some answers anew, with the files that were asked for."""
        user = self.cast.filler.user
        with transaction.atomic():
            selfcheck = SelfCheck.objects.get(pk=self.case.pk)
            for row in selfcheck.answers.filter(item_code__in=answers).order_by("item_code"):
                for name, value in columns_of(self.form.items[row.item_code], answers[row.item_code]).items():
                    setattr(row, name, value)
                stamp(row, user, at)
                row.save()
            self._attach(answers, at)
            self._report(selfcheck, at)

    def ask(self, at: dt.datetime) -> None:
        self.do("request_confirmation", self.cast.filler, at)

    def submit(self, at: dt.datetime, *, by: Person | None = None) -> None:
        """The head, or who stands in, uploads the sealed copy of this very version and submits."""
        by = by or self.cast.head
        shown = digest(snapshot(SelfCheck.objects.get(pk=self.case.pk)))
        file = self.drawer.scan(f"附件1盖章件{self.case.year}.jpg")
        self.store(self.case, file, Purpose.SEALED, by, at - dt.timedelta(minutes=4), shows_digest=shown)
        self.do("submit", by, at)

    def verify(
        self,
        conclusions: Mapping[str, dict[str, Any]],
        at: dt.datetime,
        *,
        items: int = 30,
        on_site: bool = False,
        opinion: bool = True,
    ) -> None:
        """The officer writes conclusions on the first so many items: as given, else agreed."""
        user = self.cast.officer.user
        visit: dict[str, Any] = {}
        if on_site:
            visit = {
                "method": Verification.Method.ON_SITE,
                "visited_on": at.date(),
                "officials": f"{user.name}、张新民",
            }
        if opinion:
            visit["opinion"] = self.rng.choice(words("whole_opinion"))
        with drafting(self.case, state="submitted") as submission:
            started = at - dt.timedelta(minutes=3 * items)
            verification = begin(submission, self.form, by=user, at=started)
            known = set(verification.items.values_list("item_code", flat=True))
            rows = []
            for number, code in enumerate(list(self.form.items)[:items], 1):
                if code in known:
                    continue
                row = VerificationItem(
                    verification=verification,
                    item_code=code,
                    **{"conclusion": Conclusion.AGREE, **conclusions.get(code, {})},
                )
                stamp(row, user, started + dt.timedelta(minutes=2 * number))
                rows.append(row)
            if rows:
                bulk_create_with_history(rows, VerificationItem, batch_size=100)
            if visit:
                save_visit(submission, self.form, visit, based_on=verification.row_version, by=user, at=at)
            if on_site:
                self.store(self.case, self.drawer.photo("现场核查.jpg"), Purpose.VERIFICATION, self.cast.officer, at)

    def findings(self) -> list[Finding]:
        """The findings of the cycle that are not settled."""
        live = ("open", "in_progress", "fixed")
        found = Finding.objects.filter(cycle=self.case.pk, case__state__in=live).select_related("case")
        return list(found.order_by("case__number"))

    def store(self, case: Case, file: Any, purpose: str, by: Person, at: dt.datetime, **more: Any) -> None:
        """Upload a file as the page does."""
        evidence.store(case=case, upload=file, purpose=purpose, by=by.user, at=at, **more)

    def _attach(self, answers: Mapping[str, AnswerValues], at: dt.datetime) -> None:
        for code, answer in answers.items():
            for number in range(answer.evidence_count):
                name = f"第{self.form.items[code].no}项现场照片{number + 1}.jpg"
                moment = at - dt.timedelta(minutes=20)
                self.store(
                    self.case, self.drawer.photo(name), Purpose.SELF_CHECK, self.cast.filler, moment, item_code=code
                )

    def _report(self, selfcheck: SelfCheck, at: dt.datetime) -> None:
        user = self.cast.filler.user
        text = draft_report(self.form, snapshot(selfcheck), unit_name=self.unit.name, year=self.case.year)
        save_report(selfcheck, text, row_version=selfcheck.report_version, by=user, at=at)
