"""Views of a list that a person keeps under a name: saved, offered, renamed, deleted, never anybody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from cases.models import SavedView
from tests.workflows.ledger_rows import findings
from tests.worlds import World
from workflows.finding.filters import FilterForm
from workflows.saved.store import LISTS, MOST_VIEWS, canonical, views_of

pytestmark = pytest.mark.django_db
LATE = "year=2021&state=live&light=late"


def enter(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def save(user: Any, name: str, query: str = LATE, page: str = "ledger") -> Any:
    return enter(user).post(reverse("views"), {"page": page, "name": name, "query": query})


def names(user: Any, page: str = "ledger") -> list[str]:
    return [shown.view.name for shown in views_of(user, page)]


def test_a_view_is_kept_and_stands_on_the_list_as_a_link(world: World) -> None:
    findings(world.institution, [{}])
    answer = save(world.county_officer, "  逾期  事项 ", f"{LATE}&after=2021-06-01_5&print=1&unknown=1")
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('ledger')}?{LATE}")
    assert names(world.county_officer) == ["逾期 事项"]
    client = enter(world.county_officer)
    page = client.get(reverse("ledger"), QueryDict(LATE))
    (shown,) = page.context["saved_views"]
    assert (shown.href, shown.current) == (f"{reverse('ledger')}?{LATE}", True)
    assert not client.get(reverse("ledger")).context["saved_views"][0].current
    assert names(world.colleague) == []


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("", "light=soon", "Give the view a name"),
        ("   ", "light=soon", "Give the view a name"),
        ("名" * 41, "light=soon", "at most 40 characters"),
        ("逾期", "light=soon", "a view of this name already"),
        ("另一个", LATE, "You keep this filter already, as “逾期”"),
        ("太长", "q=" + "长" * 200, "too long to be kept"),
    ],
)
def test_a_refused_name_is_said_so_and_stays_typed(name: str, query: str, message: str, world: World) -> None:
    save(world.county_officer, "逾期")
    answer = save(world.county_officer, name, query)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert message in text
    assert f'value="{name}"' in text or not name.strip()
    assert names(world.county_officer) == ["逾期"]


def test_nobody_keeps_more_views_than_can_be_read(world: World) -> None:
    for number in range(MOST_VIEWS):
        assert save(world.county_officer, f"第{number}个", f"q={number}").status_code == 302
    answer = save(world.county_officer, "多余", "q=more")
    assert answer.status_code == 422
    assert "delete one first" in answer.content.decode()
    assert save(world.county_officer, "另一份清单", "light=late", page="cycles").status_code == 302
    assert save(world.colleague, "同事的", "q=1").status_code == 302


def test_a_view_is_renamed_and_deleted_by_its_owner_alone(world: World) -> None:
    save(world.county_officer, "逾期")
    save(world.county_officer, "临期", "light=soon")
    view = SavedView.objects.get(name="逾期")
    mine, theirs = enter(world.county_officer), enter(world.colleague)
    rename, delete = reverse("view_rename", args=[view.pk]), reverse("view_delete", args=[view.pk])
    assert theirs.post(rename, {"name": "我的"}).status_code == 404
    assert theirs.post(delete).status_code == 404
    taken = mine.post(rename, {"name": "临期"})
    assert taken.status_code == 422
    assert "a view of this name already" in taken.content.decode()
    assert mine.post(rename, {"name": "县内逾期"}).status_code == 302
    assert names(world.county_officer) == ["临期", "县内逾期"]
    assert mine.get(delete).status_code == 405
    assert mine.post(delete).status_code == 302
    assert names(world.county_officer) == ["临期"]
    assert "临期" in mine.get(reverse("views"), {"page": "ledger"}).content.decode()


@pytest.mark.parametrize("page", ["", "nothing", "login"])
def test_there_are_views_of_three_lists_only(page: str, world: World) -> None:
    assert save(world.county_officer, "名字", "q=1", page=page).status_code == 404
    assert enter(world.county_officer).get(reverse("views"), {"page": page}).status_code == 404


@pytest.mark.parametrize(("page", "query"), [("inbox", "view=waiting&light=late"), ("cycles", "year=2021&light=late")])
def test_the_other_lists_offer_their_views_too(page: str, query: str, world: World) -> None:
    answer = save(world.county_officer, "我关注的", query, page=page)
    assert answer["Location"] == f"{reverse(page)}?{query}"
    shown = enter(world.county_officer).get(answer["Location"])
    assert "我关注的" in shown.content.decode()
    assert shown.context["saved_views"][0].current


def test_a_view_remembers_every_filter_of_the_ledger(world: World) -> None:
    assert set(LISTS["ledger"]) == {*FilterForm.base_fields, "sort"}
    assert canonical("ledger", "light=late&year=2021&q=&page=3") == "year=2021&light=late"


def test_a_view_leads_nowhere_but_to_its_list(world: World) -> None:
    answer = save(world.county_officer, "外链", "https://example.org/?q=1&next=//example.org")
    assert answer["Location"].startswith(reverse("ledger"))
    assert "example" not in answer["Location"]
