"""The years of an institution: 2020, which is over, and what has become of 2021 by the twelfth of May.

A story yields the moment at which it goes on; then its next act takes place at that moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from cases.clock import local_date
from cases.orgtree import close_unit
from project.demo.acts import Cycle
from project.demo.answers import Content
from project.demo.days import Diary, Story
from project.demo.findings import Ending, rectified
from project.demo.source import words
from project.demo.stations import concluded, conclusions, resubmitted, returned, submitted, verified

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
    for code, answer in content.answers.items():
        if answer.rectification == "ongoing":  # reviewed for months, and so not settled in spring
            content.answers[code] = replace(answer, rectification="time_limited")
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
    close_unit(cycle.unit, on=local_date(at) + dt.timedelta(days=1), by=None, at=at)
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
