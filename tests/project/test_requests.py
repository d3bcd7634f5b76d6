"""What holds for every request: Chinese is the language of the product, and text is storable text."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_an_english_browser_is_greeted_in_chinese() -> None:
    page = Client().get("/login/", headers={"accept-language": "en-US,en;q=0.9"})
    assert 'lang="zh-' in page.content.decode()


@pytest.mark.django_db
def test_the_switch_is_remembered() -> None:
    client = Client()
    client.post("/i18n/setlang/", {"language": "en", "next": "/login/"})
    assert 'lang="en' in client.get("/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_text_that_no_database_could_store_is_refused_as_a_whole(method: str) -> None:
    response = getattr(Client(), method)("/login/", {"username": "a\0b", "password": "x"})
    assert response.status_code == 400
