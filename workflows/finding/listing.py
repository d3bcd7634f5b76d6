"""The ledger as one address, or one form beside it, asks for it: viewer, filters, order, ticked rows."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from cases.access import Viewer
from cases.web import viewer_of
from workflows.bulk import OF_THE_FORM, picked
from workflows.finding.filters import Editions, FilterForm, places_for, years_of_ledger
from workflows.finding.ledger_query import ORDERS, Criteria


class Listing:
    """What is listed; a form that acts on it posts the same names that the address carries."""

    def __init__(self, request: HttpRequest) -> None:
        self.query: QueryDict = request.POST if request.method == "POST" else request.GET
        self.viewer: Viewer = viewer_of(request)
        self.editions = Editions()
        self.years = years_of_ledger()
        self.places = places_for(self.viewer, self.query)
        latest = self.editions.latest
        items = list(latest.items.values()) if latest else []
        self.form = FilterForm(self.query, places=self.places, years=self.years, items=items)
        self.valid = self.form.is_valid()
        self.order = self.query.get("sort", "") if self.query.get("sort") in ORDERS else ORDERS[0]

    @cached_property
    def criteria(self) -> Criteria:
        """Everything that is filtered, ticked or not; call where ``valid``."""
        return self.form.criteria()

    @cached_property
    def chosen(self) -> Criteria:
        """The ticked rows as far as they are among the filtered."""
        return self.form.criteria(self.picked)

    @cached_property
    def picked(self) -> tuple[int, ...]:
        return picked(self.query.getlist("pick"))

    @property
    def address(self) -> QueryDict:
        """The parameters of the list's own address."""
        return without(self.query, *OF_THE_FORM)


def without(query: QueryDict, *names: str) -> QueryDict:
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    return rest
