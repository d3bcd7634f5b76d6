"""How messages are worded: in both languages, as text and HTML, and never with a hole where a fact should stand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Template
from django.utils import translation

from notifications import strictness
from notifications.models import Message
from notifications.rules import rules
from notifications.strictness import missing_variables, template_faults
from notifications.wording import FACTS, GIVEN, framed, render, sample, subject_of, worded
from tests.notifications.telling import deliver_all, remind
from tests.story import Story
from tests.worlds import moment

AT = moment("2021-05-12 10:42")
CODES = sorted({rule.template for rule in rules().rules})
TAG = re.compile(r"<[^>]+>")


def facts_of(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in rules().rules if rule.template == code for name in rule.facts))


# ── every template, every language ──


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_template_speaks_both_languages_as_text_and_as_html(code: str, language: str) -> None:
    with translation.override(language):
        words = worded(code, sample(facts_of(code)))
    opening = "【" if language == "zh-hans" else "["
    assert words.subject.startswith(opening)
    assert "\n" not in words.subject
    assert "天山区康宁护理院" in words.text
    assert "天山区康宁护理院" in TAG.sub("", words.html)
    assert "http://127.0.0.1:8000/" in words.text
    assert 'href="http://127.0.0.1:8000/"' in words.html
    assert "{{" not in words.text + words.html
    chinese = re.search(r"[\u4e00-\u9fff]", words.text.replace("天山区康宁护理院", ""))
    assert bool(chinese) == (language == "zh-hans") or language == "en"


@pytest.mark.parametrize("code", CODES)
def test_no_template_breaks_where_a_fact_is_absent(code: str) -> None:
    absent = sample(facts_of(code)) | {"due": None, "missed": 0}
    words = worded(code, absent)
    assert "None" not in words.subject + words.text + words.html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_message_after_an_outage_says_so(story: Story, language: str) -> None:
    remind(story.case, AT, -3, missed=["-14", "-7"])
    deliver_all(AT)
    words = render(Message.objects.select_related("event", "case__unit", "item").get(), language)
    assert ("停止服务" if language == "zh-hans" else "out of service") in words.text
    assert "2" in words.text
    remind(story.case, AT, -1)
    deliver_all(AT)
    words = render(Message.objects.select_related("event", "case__unit", "item").latest("pk"), language)
    assert "停止服务" not in words.text
    assert "out of service" not in words.text


def test_a_message_in_anothers_stead_names_the_vacant_post() -> None:
    with translation.override("en"):
        words = worded("task", sample(("due",)) | {"stands_in": "Institution filler"})
    assert "The post “Institution filler” is vacant" in words.text
    assert "The post “Institution filler” is vacant" in words.html


def test_a_message_is_worded_at_the_moment_of_reading(story: Story) -> None:
    remind(story.case, AT)
    deliver_all(AT)
    message = Message.objects.select_related("event", "case__unit", "item").get()
    before = subject_of(message)
    story.world.institution.name = "改名后的护理院"
    story.world.institution.save(update_fields=["name"])
    message = Message.objects.select_related("event", "case__unit", "item").get()
    assert subject_of(message) == before.replace("天山区康宁护理院", "改名后的护理院")


def test_html_escapes_what_people_wrote_and_text_does_not() -> None:
    given = sample(("due",)) | {"unit": "<b>A & B</b>"}
    words = worded("task", given)
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in words.html
    assert "<b>A & B</b>" in words.text
    assert "<title>&lt;b&gt;" in framed("<b>x</b>", words.html, "en")


def test_a_subject_is_one_line_whatever_a_unit_is_called() -> None:
    words = worded("task", sample(("due",)) | {"unit": "护理院\nBcc: everybody@example.cn"})
    assert "\n" not in words.subject
    assert "\r" not in words.subject


# ── variables that nobody provides ──


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("{{ weather }}", ["weather"]),
        ("{{ due|default:weather }}", ["weather"]),
        ("{% if weather %}x{% endif %}", ["weather"]),
        ("{% if due and not weather.today %}x{% elif mood == 'good' %}y{% endif %}", ["weather", "mood"]),
        ("{% if due %}{{ weather }}{% else %}{{ mood }}{% endif %}", ["weather", "mood"]),
        ("{% load i18n %}{% blocktranslate %}a {{ weather }}{% endblocktranslate %}", ["weather"]),
        ("{% load i18n %}{% blocktranslate with a=weather %}{{ a }}{% endblocktranslate %}", ["weather"]),
        (
            "{% load i18n %}{% blocktranslate count n=days %}{{ n }}{% plural %}{{ mood }}{% endblocktranslate %}",
            ["mood"],
        ),
        ("{% load i18n %}{% blocktranslate count n=mood %}{{ n }}{% plural %}{{ n }}{% endblocktranslate %}", ["mood"]),
        ("{% for each in weather %}{{ each }}{{ forloop.counter }}{{ mood }}{% endfor %}", ["weather", "mood"]),
        ("{% with a=weather %}{{ a }}{% endwith %}", ["weather"]),
        ("{% url 'messages' weather %}", ["weather"]),
        ("{% include 'notifications/messages/_foot.txt' %}", []),
        ("{{ due }}{{ days }}{{ unit }}{% if url %}{{ url }}{% endif %}{{ 'text' }}{{ 3 }}", []),
    ],
)
def test_a_variable_that_no_rule_provides_is_found_wherever_it_stands(source: str, missing: list[str]) -> None:
    faults = missing_variables(Template(source), "x.txt", (*GIVEN, "due", "days"))
    assert [fault.split("“")[1].split("”")[0] for fault in faults] == missing


def test_the_fault_names_the_template_and_the_line() -> None:
    (fault,) = missing_variables(Template("one\ntwo {{ weather }}"), "reminder.txt", GIVEN)
    assert "reminder.txt" in fault
    assert "2" in fault
    assert "weather" in fault


def test_a_variable_of_an_included_part_is_told_with_that_part() -> None:
    found = missing_variables(Template("{% include 'notifications/messages/_foot.txt' %}"), "x.txt", ("url",))
    assert all("_foot.txt" in fault and "stands_in" in fault for fault in found)
    assert found


def test_a_template_with_a_mistake_is_refused_in_words(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / "notifications" / "messages"
    folder.mkdir(parents=True)
    (folder / "broken.txt").write_text("{% if %}")
    (folder / "broken.html").write_text("{{ weather }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    faults = template_faults("broken", GIVEN)
    assert len(faults) == 2
    assert "broken.txt" in faults[0]
    assert "weather" in faults[1]
    assert strictness.FOLDER == "notifications/messages"


def test_every_fact_can_be_kept_and_read_again() -> None:
    for name, fact in FACTS.items():
        assert fact.read(fact.sample) is not None, name
