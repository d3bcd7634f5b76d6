"""The years of an institution: 2020, which is over, and what has become of 2021 by the twelfth of May.

A story yields the moment at which it goes on; then its next act takes place at that moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from typing import Any

from django.db import transaction

from cases.clock import local_date
from cases.models import Conclusion
from project.demo.acts import Cycle
from project.demo.answers import Content
from project.demo.days import Diary, Story
from project.demo.findings import Ending, rectified
from project.demo.source import words

Act = Generator[dt.datetime, None, dt.datetime]

PROBLEMS = (1, 2, 2, 3, 3, 4, 5)


def last_year(cycle: Cycle, diary: Diary) -> Story:
    """2020: self-checked in spring, verified by summer, everything put right by the autumn."""
    rng = cycle.rng
    content = cycle.content(rng.choice((0, *PROBLEMS)))
    at = yield from submitted(cycle, content, cycle.days.between("2020-03-02", "2020-04-20"))
    if rng.random() < 0.15:
        at = yield from returned(cycle, at, 4, 10)
        at = yield from resubmitted(cycle, content, at)
    first = cycle.days.between("2020-05-18", "2020-06-19")
    at = yield from verified(cycle, max(first, at), rng.random() < 0.5)
    endings = rng.choices((Ending.CLOSED, Ending.RETURNED_CLOSED, Ending.REFERRED), (80, 17, 3), k=20)
    for finding, ending in zip(cycle.findings(), endings, strict=False):
        diary.add(rectified(cycle, finding, at, ending, pace=3))


def submitted(cycle: Cycle, content: Content, at: dt.datetime) -> Act:
    """The filler writes, the head seals and submits."""
    yield at
    cycle.fill(content, at)
    at = cycle.days.after(at, 0, 2)
    yield at
    cycle.ask(at)
    at = cycle.days.after(at, 0, 3)
    yield at
    cycle.submit(at)
    return at


def returned(cycle: Cycle, at: dt.datetime, least: int, most: int, *, whole: bool = False) -> Act:
    """The county looks at some items and returns two of them, or the whole form."""
    at = cycle.days.after(at, least, most)
    yield at
    if whole:
        cycle.do("return_", cycle.cast.officer, at, reason=cycle.rng.choice(words("return_whole")))
        return at
    back = cycle.rng.sample(words("return_items"), k=2)
    marks = {each["item"]: {"conclusion": "", "to_return": True, "return_reason": each["reason"]} for each in back}
    cycle.verify(marks, at, opinion=False)
    at = cycle.days.after(at, 0, 0)
    yield at
    cycle.do("return_", cycle.cast.officer, at)
    return at


def resubmitted(cycle: Cycle, content: Content, at: dt.datetime) -> Act:
    """The institution supplements what was returned, seals again and submits version 2."""
    at = cycle.days.after(at, 2, 6)
    yield at
    supplement(cycle, content, at)
    at = cycle.days.after(at, 0, 1)
    yield at
    cycle.ask(at)
    at = cycle.days.after(at, 0, 2)
    yield at
    cycle.submit(at)
    return at


def supplement(cycle: Cycle, content: Content, at: dt.datetime) -> None:
    """Other answers to the items that the county marked, or to two of any where it returned the whole."""
    verification = cycle.case.verifications.latest("pk")
    marked = list(verification.items.filter(to_return=True).order_by("item_code").values_list("item_code", flat=True))
    codes = marked or ["A1-18", "A1-26"]
    cycle.change({code: cycle.writer.improved(cycle.form.items[code], content.answers[code]) for code in codes}, at)


def verified(cycle: Cycle, at: dt.datetime, on_site: bool, *, sent_back: bool = False) -> Act:
    """The county verifies from the moment on, its approver confirms, once after sending it back."""
    at = yield from concluded(cycle, at, on_site)
    if sent_back:
        at = cycle.days.after(at, 0, 2)
        yield at
        cycle.do("reject_verification", cycle.cast.approver, at, reason=cycle.rng.choice(words("approver_sends_back")))
        at = cycle.days.after(at, 0, 2)
        yield at
        cycle.do("conclude", cycle.cast.officer, at)
    at = cycle.days.after(at, 0, 4)
    yield at
    cycle.do("approve", cycle.cast.approver, at)
    return at


def concluded(cycle: Cycle, at: dt.datetime, on_site: bool) -> Act:
    """The county's officer verifies every item."""
    at = cycle.days.after(at, 1, 6)
    yield at
    cycle.verify(conclusions(cycle), at, on_site=on_site)
    at = cycle.days.after(at, 0, 2)
    yield at
    cycle.do("conclude", cycle.cast.officer, at)
    return at


def conclusions(cycle: Cycle) -> dict[str, dict[str, Any]]:
    """What the county says: mostly agreed, now and then not upheld, and sometimes something that nobody reported."""
    rng, submission = cycle.rng, cycle.case.selfcheck.submissions.latest("no")
    found: dict[str, dict[str, Any]] = {}
    for code in cycle.form.items:
        if submission.answer(code).get("status") != "problem":
            continue
        if rng.random() < 0.06:
            found[code] = {"conclusion": Conclusion.DISAGREE, "opinion": rng.choice(words("not_upheld"))}
        elif rng.random() < 0.5:
            found[code] = {"conclusion": Conclusion.AGREE, "opinion": rng.choice(words("agreed"))}
    if rng.random() < 0.3:
        entry = rng.choice(words("county_findings"))
        if submission.answer(entry["item"]).get("status") != "problem":
            found[entry["item"]] = new_finding(cycle, entry)
    return found


def new_finding(cycle: Cycle, entry: dict[str, Any]) -> dict[str, Any]:
    """The county's own words about something that the institution did not report."""
    return {
        "conclusion": Conclusion.NEW_FINDING,
        "opinion": entry["opinion"],
        "facets": entry["facets"],
        "problem": cycle.writer.worded(entry["problem"]),
        "measure": entry["measure"],
        "rectification": "time_limited",
    }


def _blank(cycle: Cycle, diary: Diary) -> Story:
    return iter(())


def _begun(cycle: Cycle, diary: Diary) -> Story:
    content = cycle.content(cycle.rng.choice(PROBLEMS))
    at = cycle.days.between("2021-03-22", "2021-05-10")
    yield at
    cycle.fill(content.part(list(content.answers)[: cycle.rng.randint(4, 27)]), at, report=False)


def _confirming(cycle: Cycle, diary: Diary, *, then: str = "") -> Story:
    at = cycle.days.between("2021-04-12", "2021-04-28")
    yield at
    cycle.fill(cycle.content(cycle.rng.choice(PROBLEMS)), at)
    at = cycle.days.after(at, 0, 1)
    yield at
    cycle.ask(at)
    if then:
        at = cycle.days.after(at, 0, 2)
        yield at
        cycle.do("send_back", cycle.cast.head, at, reason=cycle.rng.choice(words("sent_back")))


def _sent_back(cycle: Cycle, diary: Diary) -> Story:
    return _confirming(cycle, diary, then="send_back")


def _withdrawn(cycle: Cycle, diary: Diary) -> Story:
    at = yield from submitted(cycle, *_late(cycle))
    at = cycle.days.after(at, 0, 0)
    yield at
    cycle.do("withdraw", cycle.cast.head, at)


def _late(cycle: Cycle) -> tuple[Content, dt.datetime]:
    return cycle.content(cycle.rng.choice(PROBLEMS)), cycle.days.between("2021-04-06", "2021-04-22")


def _early(cycle: Cycle) -> tuple[Content, dt.datetime]:
    return cycle.content(cycle.rng.choice(PROBLEMS)), cycle.days.between("2021-02-22", "2021-03-12")


def _submitted(cycle: Cycle, diary: Diary) -> Story:
    yield from submitted(cycle, *_late(cycle))


def _claimed(cycle: Cycle, diary: Diary, *, items: int = 0) -> Story:
    at = yield from submitted(cycle, *_late(cycle))
    at = cycle.days.after(at, 1, 4)
    yield at
    cycle.do("claim", cycle.cast.officer, at)
    if items:
        at = cycle.days.after(at, 0, 2)
        yield at
        cycle.verify(conclusions(cycle), at, items=items, opinion=False)


def _half_verified(cycle: Cycle, diary: Diary) -> Story:
    return _claimed(cycle, diary, items=cycle.rng.randint(8, 25))


def _returned(cycle: Cycle, diary: Diary, *, whole: bool = False) -> Story:
    at = yield from submitted(cycle, *_late(cycle))
    yield from returned(cycle, at, 2, 6, whole=whole)


def _returned_whole(cycle: Cycle, diary: Diary) -> Story:
    return _returned(cycle, diary, whole=True)


def _resubmitted(cycle: Cycle, diary: Diary) -> Story:
    content, at = _early(cycle)
    at = yield from submitted(cycle, content, at)
    at = yield from returned(cycle, at, 8, 18, whole=cycle.rng.random() < 0.3)
    yield from resubmitted(cycle, content, at)


def _approving(cycle: Cycle, diary: Diary, *, sent_back: bool = False) -> Story:
    content, at = _early(cycle)
    yield from submitted(cycle, content, at)
    at = yield from concluded(cycle, cycle.days.between("2021-04-22", "2021-04-28"), cycle.rng.random() < 0.6)
    if sent_back:
        at = cycle.days.after(at, 0, 1)
        yield at
        cycle.do("reject_verification", cycle.cast.approver, at, reason=cycle.rng.choice(words("approver_sends_back")))
        at = cycle.days.after(at, 0, 1)
        yield at
        cycle.do("conclude", cycle.cast.officer, at)


def _approving_again(cycle: Cycle, diary: Diary) -> Story:
    return _approving(cycle, diary, sent_back=True)


def _rectifying(cycle: Cycle, diary: Diary) -> Story:
    content, at = _early(cycle)
    at = yield from submitted(cycle, content, at)
    if cycle.rng.random() < 0.3:
        at = yield from returned(cycle, at, 2, 5)
        at = yield from resubmitted(cycle, content, at)
    at = yield from verified(cycle, cycle.days.after(at, 2, 6), cycle.rng.random() < 0.6)
    endings = cycle.rng.choices(list(Ending), (3, 4, 5, 2, 2, 1, 5, 1, 1), k=20)
    endings[0] = Ending.STARTED
    for finding, ending in zip(cycle.findings(), endings, strict=False):
        diary.add(rectified(cycle, finding, at, ending))


def _verified(cycle: Cycle, diary: Diary) -> Story:
    content, at = _early(cycle)
    at = yield from submitted(cycle, content, at)
    at = yield from verified(cycle, at, cycle.rng.random() < 0.6)
    for finding in cycle.findings():
        diary.add(rectified(cycle, finding, at, Ending.CLOSED))


def _clean(cycle: Cycle, diary: Diary) -> Story:
    _content, at = _early(cycle)
    at = yield from submitted(cycle, cycle.content(0), at)
    yield from verified(cycle, at, on_site=True)


def _cancelled(cycle: Cycle, diary: Diary) -> Story:
    content = cycle.content(2)
    at = cycle.days.between("2021-02-22", "2021-03-05")
    yield at
    cycle.fill(content.part(list(content.answers)[:12]), at, report=False)
    yield from _closed_down(cycle, cycle.days.between("2021-03-15", "2021-04-09"))


def _cancelled_late(cycle: Cycle, diary: Diary) -> Story:
    content, at = _early(cycle)
    at = yield from submitted(cycle, content, at)
    yield from verified(cycle, at, on_site=True)
    yield from _closed_down(cycle, cycle.days.between("2021-04-26", "2021-05-08"))


def _closed_down(cycle: Cycle, at: dt.datetime) -> Story:
    """The institution closes, and its year is cancelled the next day."""
    yield at
    unit: Any = cycle.unit
    unit.closed_on = local_date(at) + dt.timedelta(days=1)
    unit._history_date = at
    with transaction.atomic():
        unit.save(update_fields=["closed_on"])
    at = cycle.days.after(at, 1, 1)
    yield at
    cycle.do("cancel", cycle.cast.approver, at, reason=cycle.rng.choice(words("closed_down")))


def _reopened(cycle: Cycle, diary: Diary) -> Story:
    yield from _clean(cycle, diary)
    at = cycle.days.between("2021-05-06", "2021-05-11")
    yield at
    cycle.do("reopen", cycle.cast.prefecture, at, reason=cycle.rng.choice(words("reopened")))


THIS_YEAR: dict[str, Callable[[Cycle, Diary], Story]] = {
    "approving": _approving,
    "approving_again": _approving_again,
    "begun": _begun,
    "blank": _blank,
    "cancelled": _cancelled,
    "cancelled_late": _cancelled_late,
    "claimed": _claimed,
    "clean": _clean,
    "confirming": _confirming,
    "half_verified": _half_verified,
    "joined": _submitted,
    "rectifying": _rectifying,
    "reopened": _reopened,
    "resubmitted": _resubmitted,
    "returned": _returned,
    "returned_whole": _returned_whole,
    "sent_back": _sent_back,
    "submitted": _submitted,
    "verified": _verified,
    "withdrawn": _withdrawn,
}
