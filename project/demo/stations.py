"""The stations that every story is made of: submitted, returned, submitted again, verified.

Each yields the moment at which it goes on and returns the moment at which it is done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from typing import Any

from cases.models import Conclusion
from project.demo.acts import Cycle
from project.demo.answers import Content
from project.demo.source import words

Act = Generator[dt.datetime, None, dt.datetime]


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
