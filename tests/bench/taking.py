"""Taking a prefecture's cycles into its summary, against plain bulk writes of the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from cases.access import SYSTEM
from cases.figures.annex2 import SELF_CHECKED, Entry
from cases.models import Case, CaseEvent, OrgUnit, Summary, SummaryMember
from tests.bench.measure import report, side_by_side
from tests.bench.opening import AT, county_of, values_of
from tests.worlds import World, moment
from workflows.engine import lock
from workflows.programme.opening import open_programme
from workflows.quality_cycle.opening import open_year
from workflows.step import Batch, Step, history_of
from workflows.summary.membership import take_in

ROUNDS = 10
FILED = moment("2021-10-12")
CaseHistory, _columns = history_of(Case)


def taking(world: World, size: int) -> bool:
    """So many cycles at once; what each round writes is rolled back."""
    county = county_of(world, size, start=700_000)
    open_year(county, 2021, by=SYSTEM, at=AT)
    open_programme(world.region, 2021, by=world.actor("region_officer"), at=AT)
    summary = Summary.objects.select_related("round", "case__unit").get(
        case__unit=world.prefecture, round__code="annual"
    )
    places = OrgUnit.objects.filter(superior=county).values_list("pk", flat=True)
    entries = [Entry(SELF_CHECKED, place, None, "", 1) for place in places]
    rows: list[tuple[Any, list[dict[str, Any]]]] = []
    heads: list[Case] = []

    def ours(look: Callable[[], None] | None = None) -> None:
        with transaction.atomic():
            step = Step(lock(summary.case), "submit", SYSTEM, FILED, Batch())
            assert take_in(step, summary, entries)["taken_in"] == size
            step.batch.write()
            if look is not None:
                look()
            transaction.set_rollback(True)

    def look() -> None:
        events = CaseEvent.objects.filter(verb="take_into_summary")
        past = CaseHistory.objects.filter(unit__superior=county, history_date=FILED)
        for model, found in (
            (CaseEvent, events),
            (CaseHistory, past),
            (SummaryMember, SummaryMember.objects.filter(summary=summary)),
        ):
            rows.append((model, [values_of(row) for row in found.order_by("pk")]))
        heads.extend(Case.objects.filter(unit__superior=county).order_by("pk"))

    def plain() -> None:
        with transaction.atomic():
            list(Case.objects.select_for_update().filter(pk__in=[case.pk for case in heads]).order_by("pk"))
            Case.objects.bulk_update(heads, ["event_count", "chain_head"], batch_size=1000)
            for model, values in rows:
                model.objects.bulk_create([model(**row) for row in values], batch_size=1000)
            transaction.set_rollback(True)

    ours(look)
    medians = side_by_side({"take_in": ours, "plain bulk writes": plain}, ROUNDS)
    return report(f"taking {size} cycles into a summary", medians, {("take_in", "plain bulk writes"): 2.0})
