"""The catalogue check finds what would be shown in English, and the compiled catalogue follows its source."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import polib
import pytest

from scripts import messages
from scripts.messages import Message, calls_in_python, calls_in_template, faults_of


def said(calls: object) -> list[tuple[str, list[object]]]:
    return [(name, literals) for name, literals, _line in calls]  # type: ignore[attr-defined]


def test_messages_are_found_in_python_however_they_are_asked_for() -> None:
    source = '_("One " "text")\nngettext("%(n)d day", "%(n)d days", n)\npgettext_lazy("state", "Open")\n_(name)\n'
    assert said(calls_in_python(source)) == [
        ("_", ["One text"]),
        ("ngettext", ["%(n)d day", "%(n)d days", None]),
        ("pgettext_lazy", ["state", "Open"]),
        ("_", [None]),
    ]


def test_messages_are_found_in_templates_however_they_are_asked_for() -> None:
    source = (
        '{% load i18n %}<p>{% translate "It\'s due" %}</p>{{ x|default:_("none") }}'
        '{% translate "Open" context "state" %}'
        "{% blocktranslate count n=days %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
        "{% blocktranslate trimmed %}\n  Two\n  lines {{ name }}\n{% endblocktranslate %}"
    )
    assert said(calls_in_template(source, "x.html")) == [
        ("gettext", ["It's due"]),
        ("_", ["none"]),
        ("pgettext", ["state", "Open"]),
        ("ngettext", ["%(n)s day", "%(n)s days"]),
        ("gettext", ["Two lines %(name)s"]),
    ]


@pytest.mark.parametrize(
    ("entry", "message", "fault"),
    [
        (polib.POEntry(msgid="Open", msgstr="待整改"), Message(), None),
        (polib.POEntry(msgid="Open", msgstr=""), Message(), "has no translation"),
        (polib.POEntry(msgid="Open", msgstr="开", flags=["fuzzy"]), Message(), "only guessed"),
        (polib.POEntry(msgid="By %(who)s", msgstr="由%(name)s"), Message(), "placeholders that the message lacks"),
        (polib.POEntry(msgid="By %(who)s", msgstr="由某人"), Message(), "lacks placeholders"),
        (polib.POEntry(msgid="%(n)d day", msgstr="%(n)d天"), Message(plural="%(n)d days"), "having a plural"),
        (
            polib.POEntry(msgid="%(n)d day", msgid_plural="%(n)d days", msgstr_plural={0: "%(n)d天"}),
            Message(plural="%(n)d days"),
            None,
        ),
    ],
)
def test_an_entry_that_would_be_shown_wrongly_is_a_fault(
    entry: polib.POEntry, message: Message, fault: str | None
) -> None:
    found = list(faults_of(entry, message))
    assert not found if fault is None else any(fault in text for text in found)


def test_the_compiled_catalogue_follows_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    source = tmp_path / "project" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    for text in ("您好", "你好"):
        catalogue = polib.POFile()
        catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
        catalogue.append(polib.POEntry(msgid="Hello", msgstr=text))
        catalogue.save(str(source))
        compiled = source.with_suffix(".mo")
        if compiled.exists():
            later = compiled.stat().st_mtime + 1
            os.utime(source, (later, later))
        messages.main("compile")
        with compiled.open("rb") as file:
            assert gettext.GNUTranslations(file).gettext("Hello") == text
