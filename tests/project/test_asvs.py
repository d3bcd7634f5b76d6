"""What OWASP ASVS 5.0 asks for at level 1 and no other test holds (docs/security.md names the rows)."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from packaging.requirements import Requirement

from cases.models import User
from tests.story import Story, problem
from tests.worlds import World, build_world

ROOT = Path(__file__).resolve().parents[2]
CODE = [path for folder in ("cases", "workflows", "notifications", "project") for path in (ROOT / folder).rglob("*.py")]
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{ 7|add:7 }}"
WORDS = "  Ein langes Wort, mit Leerzeichen und mehr als 64 Zeichen, so wie es getippt wurde. "


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# ── injection ──────────────────────────────────────────────────────────────


def test_what_people_typed_stands_in_pages_as_text(world: World) -> None:
    """1.2.1: with the middleware of tests/answers.py, which looks for inline code in every answer."""
    User.objects.filter(pk=world.institution_filler.pk).update(name=HOSTILE[:60])
    world.institution.name = HOSTILE[:80]
    world.institution.save()
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem(problem=HOSTILE, measure=HOSTILE, responsible=HOSTILE[:40])})
    officer, seen = signed_in(world.county_officer), 0
    finding = story.findings()[0]
    for page in ("ledger", "inbox", "cycles", "units", ("finding", finding.pk), ("case", story.case.pk)):
        name, *arguments = (page,) if isinstance(page, str) else page
        text = officer.get(reverse(name, args=arguments), follow=True).content.decode()
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        seen += text.count("&lt;img src=x onerror=alert(1)&gt;")
    assert seen >= 4


@pytest.mark.parametrize("words", ["' OR '1'='1", "'; DROP TABLE cases_case; --", "%' UNION SELECT password --", "\\"])
def test_what_is_searched_for_is_a_parameter(world: World, words: str) -> None:
    """1.2.4"""
    officer = signed_in(world.county_officer)
    for name in ("ledger", "units", "cycles"):
        assert officer.get(reverse(name), {"q": words}).status_code == 200
    assert User.objects.count() > 5


def test_the_checks_that_look_for_injection_are_on() -> None:
    """1.2.4, 1.2.5, 1.3.2, 11.4.1: exec, eval, shells, SQL of strings, weak digests (ruff, flake8-bandit)."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not {"S102", "S307", "S324", "S602", "S604", "S605", "S608"} & set(lint["ignore"])
    assert not any(rules and set(rules) & {"S", "S307", "S602", "S608"} for rules in lint["per-file-ignores"].values())
    told = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in CODE
        if "migrations" not in path.parts
        for found in re.finditer(
            r"shell=True|\b(?:md5|sha1|pickle|yaml\.load|MODE_ECB|TripleDES|ARC4)\b", path.read_text()
        )
    ]
    assert told == []


def test_what_scripts_are_told_is_written_field_by_field() -> None:
    """15.3.1: no answer is made of a whole record."""
    whole = re.compile(r"model_to_dict|core\.serializers|serializers\.serialize|JsonResponse\([^)]*__dict__")
    assert [path.name for path in CODE if whole.search(path.read_text())] == []


# ── passwords ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", ["Password-2021!", "P@ssw0rd12345", "2021Qwerty!!!!", "Iloveyou!!1314", "dragon-dragon-1"]
)
def test_a_common_password_is_not_made_good_by_what_is_put_around_it(words: str, settings: Any) -> None:
    """6.2.4"""
    for settings.PASSWORD_PROFILE in ("mlps3", "modern"):
        with pytest.raises(ValidationError) as refused:
            validate_password(words)
        assert "password_too_common" in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize("words", ["Weiden-am-Ufer-17", "correct horse battery 4 Staple", "医养结合-Kangning-08"])
def test_words_of_ones_own_are_no_common_password(words: str) -> None:
    validate_password(words)


def test_a_password_is_taken_as_it_was_typed(world: World) -> None:
    """6.2.8: neither trimmed nor cut off nor folded."""
    user = world.institution_filler
    user.set_password(WORDS)
    user.save()
    for other in (WORDS.strip(), WORDS.lower(), WORDS[:64]):
        assert Client().post(reverse("login"), {"username": user.username, "password": other}).status_code == 422
    assert Client().post(reverse("login"), {"username": user.username, "password": WORDS}).status_code == 302


def test_passwords_are_masked_sent_in_the_body_and_left_to_password_managers(world: World) -> None:
    """6.2.6, 6.2.7, 14.2.1"""
    pages = [Client().get(reverse("login")), signed_in(world.nobody).get(reverse("me"))]
    for page in pages:
        text = page.content.decode()
        fields = re.findall(r"<input[^>]*name=\"(?:password|old_password|new_password\d)\"[^>]*>", text)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(current|new)-password"', field)
            assert "maxlength" not in field
        assert re.search(r"<form[^>]*method=\"post\"", text)
    assert not any("paste" in path.read_text() for path in (ROOT / "project" / "static").rglob("*.js"))


# ── sessions ───────────────────────────────────────────────────────────────


def test_a_session_has_a_new_long_key_at_sign_in_and_none_after_sign_out(world: World) -> None:
    """7.2.1, 7.2.3, 7.2.4, 7.4.1"""
    user, planted = world.institution_filler, SessionStore()
    user.set_password(WORDS)
    user.save()
    planted.create()
    first = planted.session_key or ""
    keys, client = [first], Client()
    for client in (Client(), Client()):
        client.cookies["sessionid"] = first
        client.post(reverse("login"), {"username": user.username, "password": WORDS})
        keys.append(client.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)
    assert set(Session.objects.values_list("pk", flat=True)) == set(keys[1:])
    client.post(reverse("logout"))
    assert [session.pk for session in Session.objects.all()] == [keys[1]]
    again = Client()
    again.cookies["sessionid"] = keys[-1]
    assert again.get(reverse("ledger")).status_code == 302
    forged = Client()
    forged.cookies["sessionid"] = "0" * 32
    assert forged.get(reverse("ledger")).status_code == 302


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1] + "x", lambda token: "zzzzzz" + token[6:], lambda _token: "x"]
)
def test_a_link_that_was_changed_opens_nothing(world: World, change: Any) -> None:
    """9.1.1"""
    from cases.roster.links import fresh_links

    user = world.institution_filler
    user.set_unusable_password()
    user.save()
    (link,) = fresh_links([user], str)
    *_before, uid, token, _end = link.address.split("/")
    assert Client().get(link.address, follow=True).status_code == 200
    assert Client().get(link.address.replace(token, change(token)), follow=True).status_code == 410
    assert Client().get(link.address.replace(f"/{uid}/", "/OTk5/"), follow=True).status_code == 410


# ── libraries ──────────────────────────────────────────────────────────────


def test_every_library_is_locked_with_digests_and_is_the_one_that_runs() -> None:
    """15.2.1"""
    text = (ROOT / "requirements" / "base.txt").read_text()
    entries = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text))
    assert len(entries) > 30
    for entry in entries:
        requirement = Requirement(re.split(r"\s*\\\n", entry.strip())[0])
        assert "--hash=sha256:" in entry, requirement.name
        assert re.fullmatch(r"==[\w.+]+", str(requirement.specifier)), requirement.name
        if requirement.marker is None or requirement.marker.evaluate():
            assert version(requirement.name) in requirement.specifier
