"""The frame of every page: what each role is led to, what a refusal says, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.utils import translation

from cases.errors import Conflict, WrongRole
from cases.roles import Role
from project.context import Shell, shell
from project.middleware import RefusalMiddleware
from project.navigation import ENTRIES, MINE, entries_for, tabs_for
from tests.worlds import moment, person, unit

AT = moment("2021-05-12")


def nothing(request: HttpRequest) -> HttpResponse:
    """Addresses are all that the frame needs of a page."""
    return HttpResponse()


NAMES = ("inbox", "verifications", "ledger", "cycles", "units", "roster", "me", "login", "logout")
urlpatterns = [
    *(path("" if name == "inbox" else f"{name}/", nothing, name=name) for name in NAMES),
    path("i18n/", include("django.conf.urls.i18n")),
]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def all_pages(settings: Any) -> None:
    """Every page of the navigation exists, whatever the product has so far."""
    settings.ROOT_URLCONF = __name__


def request_of(user: Any = None, method: str = "get", at: str = "/ledger/", **kwargs: Any) -> HttpRequest:
    request = getattr(RequestFactory(), method)(at, **kwargs)
    request.user = user or AnonymousUser()
    request.resolver_match = SimpleNamespace(url_name="ledger")
    return request


def county_officer() -> Any:
    county = unit("county", "天山区卫生健康委", "650102", unit("region", "自治区卫生健康委", "650000"))
    return person("李敏", Role.COUNTY_OFFICER, county)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.INSTITUTION_FILLER, ["inbox", "ledger", "cycles", "units"]),
        (Role.COUNTY_OFFICER, ["inbox", "verifications", "ledger", "cycles", "units"]),
        (Role.PREFECTURE_HEAD, ["inbox", "ledger", "cycles", "units"]),
        (Role.INSPECTOR, ["inbox", "ledger", "cycles", "units"]),
        (Role.SYSTEM_ADMIN, ["inbox", "roster"]),
        (Role.NATIONAL_EXPERT, ["inbox"]),
    ],
)
def test_each_role_is_led_to_its_own_pages(all_pages: None, role: str, names: list[str]) -> None:
    assert [entry.name for entry in entries_for({role})] == names


@pytest.mark.parametrize("role", list(Role))
def test_the_bar_of_a_phone_has_at_most_four_places_and_ends_with_the_own_page(all_pages: None, role: str) -> None:
    tabs = tabs_for({role})
    assert 1 <= len(tabs) <= 4
    assert tabs[-1] is MINE
    assert all(entry.href for entry in tabs)


def test_a_page_that_does_not_exist_is_not_in_the_navigation(settings: Any) -> None:
    settings.ROOT_URLCONF = "django.conf.urls.i18n"
    assert entries_for(set(Role)) == []
    assert tabs_for(set(Role)) == []


def test_two_posts_at_once_show_each_page_once(all_pages: None) -> None:
    names = [entry.name for entry in entries_for({Role.COUNTY_OFFICER, Role.INSTITUTION_HEAD})]
    assert len(names) == len(set(names))
    assert set(names) < {entry.name for entry in ENTRIES}


def test_the_frame_says_who_is_signed_in_where_they_are_and_marks_the_page(all_pages: None, db: None) -> None:
    request = request_of(county_officer())
    html = render_to_string("403.html", request=request)
    assert "天山区卫生健康委" in html
    assert "李敏" in html
    assert '<a href="/ledger/" aria-current="page">' in html
    assert html.count("<h1>") == 1
    assert html.index('class="skip"') < html.index("<header")


def test_the_frame_without_work_costs_three_queries_and_a_fragment_none(
    all_pages: None, db: None, django_assert_num_queries: Any
) -> None:
    user = county_officer()
    render_to_string("403.html", request=request_of(user))  # the names of permissions are asked for once a process
    with django_assert_num_queries(3):
        render_to_string("403.html", request=request_of(user))
    with django_assert_num_queries(0):
        shell(request_of(user))


def test_somebody_who_is_not_signed_in_gets_the_frame_without_navigation(all_pages: None) -> None:
    html = render_to_string("404.html", request=request_of())
    assert 'class="tabbar"' not in html
    assert 'href="/login/"' in html


def test_a_conflict_says_what_and_why_and_gives_back_what_was_typed(all_pages: None) -> None:
    typed = {"reason": "请补充培训签到表 和复查数据", "version": "4", "verb": "return_finding", "next": "/x y/"}
    request = request_of(method="post", data=typed, HTTP_REFERER="http://testserver/ledger/7/")
    answer = RefusalMiddleware(nothing).process_exception(
        request, Conflict("stale", "Wang has returned it at 10:39.", hint="Open it again.")
    )
    assert answer is not None
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Wang has returned it at 10:39." in html
    assert "Open it again." in html
    assert "请补充培训签到表 和复查数据</textarea>" in html
    assert html.count("<textarea") == 1
    assert 'href="http://testserver/ledger/7/"' in html


def test_a_refusal_without_words_of_its_own_has_general_ones(all_pages: None) -> None:
    request = request_of(method="post")
    answer = RefusalMiddleware(nothing).process_exception(request, WrongRole("role", ""))
    assert answer is not None
    assert answer.status_code == 403
    assert "Your role does not allow this step." in answer.content.decode()


def test_passwords_are_never_given_back() -> None:
    data = {"password": "correct horse", "csrfmiddlewaretoken": "a b", "text": "some words"}
    assert Shell(request_of(method="post", data=data), AT).typed == ["some words"]


def test_a_body_too_large_to_read_still_gets_its_error_page(all_pages: None, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    request = request_of(method="post", data="text=" + "x" * 100, content_type="application/x-www-form-urlencoded")
    with pytest.raises(RequestDataTooBig):
        request.POST  # noqa: B018 - reading is what fails
    assert "Somebody was faster" in render_to_string("409.html", request=request)


def test_the_way_back_never_leads_to_a_foreign_site() -> None:
    assert Shell(request_of(HTTP_REFERER="https://elsewhere.example/"), AT).back == ""


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_resort_needs_no_context_and_speaks_both_languages(name: str) -> None:
    html = render_to_string(name)
    assert "医养质管台" in html
    assert 'lang="en"' in html
    assert 'href="/"' in html


def test_a_form_without_its_token_is_told_why_nothing_was_saved(all_pages: None, rf: RequestFactory) -> None:
    from django.views.csrf import csrf_failure

    request = request_of(method="post", data={"text": "some words"})
    answer = csrf_failure(request, reason="missing")
    assert answer.status_code == 403
    assert "The page had been open too long" in answer.content.decode()
    assert "some words</textarea>" in answer.content.decode()
