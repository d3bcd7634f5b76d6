"""The tags that every page is written with: lights, limits, dates, fields, and what a screen reader gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from cases import wording
from cases.clock import end_of_day, start_of_day
from tests.worlds import moment

NOW = moment("2021-05-12 14:08")


def due_on(month: int, day: int, year: int = 2021) -> dt.datetime:
    return end_of_day(dt.date(year, month, day))


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context({"now": NOW, **context}))


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As registered")
    beds = forms.IntegerField(label="Beds", min_value=0)
    grade = forms.ChoiceField(label="Grade", choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    sure = forms.BooleanField(label="Sure", required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


# ── traffic light ──


@pytest.mark.parametrize(
    ("due", "code"),
    [
        (due_on(5, 20), "ok"),
        (due_on(5, 19), "soon"),
        (due_on(5, 12), "soon"),
        (due_on(5, 11), "late"),
        (dt.date(2021, 5, 20), "ok"),
        (dt.date(2021, 5, 12), "soon"),
        (dt.date(2021, 5, 11), "late"),
        (None, "idle"),
    ],
)
def test_a_light_is_green_then_amber_from_its_moment_then_red_and_grey_without_a_limit(due: Any, code: str) -> None:
    amber_at = start_of_day(wording.local_date(due) - dt.timedelta(days=7)) if due else None
    assert wording.light_code(due, NOW, amber_at=amber_at) == code


def test_a_light_turns_amber_at_its_moment_and_never_without_one() -> None:
    limit, moment_of_amber = due_on(5, 20), moment("2021-05-17")
    before = moment_of_amber - dt.timedelta(microseconds=1)
    assert wording.light_code(limit, before, amber_at=moment_of_amber) == "ok"
    assert wording.light_code(limit, moment_of_amber, amber_at=moment_of_amber) == "soon"
    assert wording.light_code(limit, moment("2021-05-20"), amber_at=None) == "ok"


def test_what_is_on_hold_shows_no_light_but_says_so() -> None:
    for day in (due_on(5, 1), due_on(5, 30), None):
        assert wording.light_code(day, NOW, held=True) == "held"
    html = render('{% light due now held=True note="4 days overdue" %}{% due due now held=True %}', due=due_on(5, 1))
    assert "On hold" in html
    assert "icons.svg#held" in html
    assert "overdue" not in html
    assert "due--late" not in html


def test_the_original_date_stands_beside_the_extended_one() -> None:
    html = render("{% due due now original=first %}", due=due_on(5, 30), first=due_on(5, 14))
    assert "originally Fri 14 May" in html


def test_a_light_turns_red_with_the_end_of_the_day_and_not_before() -> None:
    last = due_on(5, 12)
    assert wording.light_code(last, moment("2021-05-12 23:59"), amber_at=moment("2021-05-05")) == "soon"
    assert wording.light_code(last, moment("2021-05-13 00:00")) == "late"


def test_finished_work_is_green_however_late_it_was() -> None:
    assert wording.light_code(due_on(1, 4), NOW, done=True) == "ok"
    assert "Finished" in render("{% light due now done=True %}", due=due_on(1, 4))


def test_a_light_always_has_icon_word_and_colour() -> None:
    html = render("{% light due now %}", due=due_on(5, 10))
    assert 'class="light light--late"' in html
    assert "icons.svg#late" in html
    assert "Overdue" in html
    assert 'aria-hidden="true"' in html


def test_a_light_of_a_page_head_says_more_in_a_box() -> None:
    html = render('{% light due now amber_at=now box=True note="by 14 May" %}', due=due_on(5, 14))
    assert "light--box" in html
    assert "Due soon · by 14 May" in html


def test_a_light_known_by_its_code_may_have_a_word_of_its_own() -> None:
    assert "Not counted" in render('{% light_as "idle" "Not counted" %}')


# ── limits and dates ──


@pytest.mark.parametrize(
    ("due", "day", "words"),
    [
        (due_on(5, 14), "Fri 14 May", "2 working days left"),
        (due_on(5, 13), "Thu 13 May", "1 working day left"),
        (due_on(5, 12), "Wed 12 May", "Due today"),
        (due_on(5, 10), "Mon 10 May", "2 working days overdue"),
        (due_on(5, 7), "Fri 7 May", "4 working days overdue (counting 8 May, a make-up working day)"),
        (due_on(1, 14, 2022), "Fri 14 Jan 2022", "171 working days left"),
    ],
)
def test_a_limit_never_stands_without_the_working_days_that_are_left(due: Any, day: str, words: str) -> None:
    html = render("{% due due now %}", due=due)
    assert f">{day}</time>" in html
    assert f"<small>{words}</small>" in html
    assert ("due--late" in html) == ("overdue" in words)


def test_a_weekend_between_counts_for_nothing_and_is_said_so() -> None:
    friday, sunday = due_on(5, 21), due_on(5, 23)
    saturday = moment("2021-05-22 10:00")
    assert wording.remaining(friday, saturday) == "Overdue by less than a working day"
    assert wording.remaining(sunday, saturday) == "Due before the next working day"


def test_a_limit_of_finished_work_is_never_shown_as_late() -> None:
    html = render('{% due due now done=True note="closed 11 May" %}', due=due_on(5, 10))
    assert "due--late" not in html
    assert "closed 11 May" in html
    assert "overdue" not in render("{% due due now done=True %}", due=due_on(5, 10))


def test_work_without_a_limit_says_so() -> None:
    assert "No limit" in render("{% due due now %}", due=None)


def test_dates_stand_in_chinese_as_people_there_write_them(in_chinese: None) -> None:
    shown = render("{{ now|cdate }}|{{ due|cday:now }}|{{ now|cdatetime }}|{{ now|cmoment:now }}", due=due_on(5, 14))
    assert shown == "2021年5月12日 周三|5月14日 周五|2021年5月12日 14:08|5月12日 14:08"


def test_limits_stand_in_chinese_with_working_days_and_make_up_days(in_chinese: None) -> None:
    assert wording.remaining(due_on(5, 14), NOW) == "还剩 2 个工作日"
    assert wording.remaining(due_on(5, 12), NOW) == "今天截止"
    assert wording.remaining(due_on(5, 7), NOW) == "已逾期 4 个工作日（含 5月8日 调休上班）"


def test_the_four_lights_have_their_chinese_words(in_chinese: None) -> None:
    assert [wording.light_word(code) for code in ("ok", "soon", "late", "idle")] == ["正常", "临期", "逾期", "未开始"]


def test_a_date_is_that_of_shanghai_even_late_in_the_evening_of_london() -> None:
    assert wording.cdate(dt.datetime(2021, 5, 11, 17, 0, tzinfo=dt.UTC)) == "Wed 12 May 2021"


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (900, "900 bytes"), (65_536, "64 KB"), (1_887_437, "1.8 MB"), (2 * 1024**3, "2,048 MB")],
)
def test_file_sizes_are_short(size: int, words: str) -> None:
    assert wording.csize(size) == words


# ── forms ──


def test_a_wrong_field_is_marked_described_and_led_to_from_the_summary() -> None:
    form = Form({"beds": "eighty", "name": "", "day": "2021-05-30"})
    field, summary = render("{% field form.beds %}", form=form), render("{% errors form %}", form=form)
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_beds_error"' in field
    assert 'id="id_beds_error"' in field
    assert 'href="#id_beds"' in summary
    assert 'href="#id_grade"' in summary
    assert "3 places need correcting" in summary
    assert 'role="alert"' in summary


def test_what_was_typed_into_a_number_field_is_kept_even_if_it_is_no_number() -> None:
    html = render("{% field form.beds unit='beds' %}", form=Form({"beds": "eighty"}))
    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html
    assert 'value="eighty"' in html
    assert "<span>beds</span>" in html


def test_a_hint_belongs_to_its_field() -> None:
    html = render("{% field form.name %}", form=Form())
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext">As registered' in html
    assert '<label class="field__label" for="id_name">' in html


def test_a_group_of_choices_is_a_fieldset_that_a_link_can_lead_to() -> None:
    html = render("{% field form.grade %}", form=Form({"name": "x"}))
    assert '<fieldset class="field field--wide field--bad" id="id_grade" tabindex="-1"' in html
    assert html.count('<label class="choice">') == 2
    assert 'aria-describedby="id_grade_error"' in html


def test_a_date_is_rendered_as_the_browser_needs_it_in_both_languages() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert 'value="2021-05-30"' in render("{% field f.day %}", f=Form(initial={"day": dt.date(2021, 5, 30)}))


def test_attributes_for_htmx_are_written_with_underscores() -> None:
    html = render('{% field form.note rows=3 hx_get="/x/" %}', form=Form())
    assert 'hx-get="/x/"' in html
    assert 'rows="3"' in html


def test_a_tick_and_a_hidden_field_are_what_they_are() -> None:
    assert '<label class="check">' in render("{% field form.sure %}", form=Form())
    assert render("{% field form.secret %}", form=Form()).strip().startswith('<input type="hidden"')


def test_a_summary_reaches_into_formsets_and_stays_away_when_all_is_well() -> None:
    rows = forms.formset_factory(Form)({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "x"})
    assert 'href="#id_form-0-beds"' in render("{% errors rows %}", rows=rows)
    assert render("{% errors form %}", form=Form()).strip() == ""


# ── parts ──


def test_changing_a_filter_keeps_the_others_and_starts_from_the_first_page() -> None:
    request = RequestFactory().get("/ledger/?light=late&unit=3&after=abc")
    html = Template(
        "{% load ui %}{% query light='soon' %}|{% query light=None unit='' %}|{% query after='x' %}"
    ).render(Context({"request": request}))
    assert html == "?light=soon&amp;unit=3|?|?light=late&amp;unit=3&amp;after=x"


def test_a_square_of_annex_1_says_its_state_in_words() -> None:
    html = render("{% cells squares %}", squares=[{"no": 6, "state": "problem", "href": "#i6", "current": True}])
    assert 'aria-label="Item 6: Problem found"' in html
    assert 'data-s="problem"' in html
    assert 'aria-current="true"' in html


def test_text_from_people_is_escaped_wherever_it_is_shown() -> None:
    bad = "<script>x</script>"
    entry = {"at": NOW, "who": bad, "what": bad, "quote": bad, "diff": [(bad, bad, bad)]}
    html = render(
        "{% tag bad %}{% timeline entries now %}{% notice bad text=bad %}{% endnotice %}{% kpi bad bad href=bad %}"
        "{% light_as 'ok' bad note=bad %}{% empty bad %}{% endempty %}{% rail stages %}",
        bad=bad,
        entries=[entry],
        stages=[{"name": bad, "note": bad}],
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 12


def test_a_timeline_shows_a_return_and_what_it_changed() -> None:
    entries = [
        {
            "at": NOW,
            "who": "Li",
            "what": "returned",
            "kind": "back",
            "quote": "sheet missing",
            "diff": [("State", "a", "b")],
        }
    ]
    html = render("{% timeline entries now %}", entries=entries)
    assert '<li data-k="back">' in html
    assert "<del>a</del> <ins>b</ins>" in html
    assert "sheet missing" in html
    assert ">12 May 14:08</time>" in html


def test_a_rail_says_where_the_case_stands_without_colour() -> None:
    html = render("{% rail stages %}", stages=[{"name": "One", "state": "done"}, {"name": "Two", "state": "current"}])
    assert '<li data-s="done">' in html
    assert "(finished)" in html
    assert '<li aria-current="step">' in html


def test_containers_keep_what_stands_in_them() -> None:
    html = render(
        '{% table label="Ledger" %}<tbody></tbody>{% endtable %}{% bulk %}<button>Go</button>{% endbulk %}'
        "{% actions save=True %}<button>Send</button>{% endactions %}{% crumbs %}<li>Here</li>{% endcrumbs %}"
        '{% notice "Read only" "soon" %}<a href="#">Why</a>{% endnotice %}'
    )
    assert 'aria-label="Ledger"' in html
    assert "<tbody></tbody></table>" in html
    assert "<button>Go</button></div>" in html
    assert '<span class="save" role="status"></span><button>Send</button>' in html
    assert '<ol class="crumbs"><li>Here</li></ol>' in html
    assert '<a href="#">Why</a></div>' in html


def test_a_pager_offers_only_the_ways_there_are() -> None:
    html = render('{% pager "1–25 of 31" next="?after=x" %}')
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html
    assert "<nav" not in render('{% pager "all" %}')
