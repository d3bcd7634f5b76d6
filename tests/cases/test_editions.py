"""Editions: the data files say what the document says, and a malformed file is refused with the place of the fault."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases.editions.load import MalformedEdition, available, digest, parse, read_file
from cases.editions.quality import quality_of
from cases.editions.quality_rules import DEADLINE_CODES
from cases.models import Edition

FILES = {path.stem[-4:]: path for path in available()}
DATA_2021 = read_file(FILES["2021"])
DATA_2022 = read_file(FILES["2022"])
OF_2021 = quality_of(parse(DATA_2021, where="2021"))
OF_2022 = quality_of(parse(DATA_2022, where="2022"))


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(DATA_2021)


def faults_of(data: Any) -> dict[str, str]:
    with translation.override("en"), pytest.raises(MalformedEdition) as caught:
        parse(data, where="file.json")
    return dict(caught.value.faults)


def test_the_2021_form_has_six_sections_and_thirty_items_in_printed_order() -> None:
    assert [len(section.items) for section in OF_2021.form.sections] == [4, 6, 12, 4, 1, 3]
    assert [item.no for item in OF_2021.form.items.values()] == list(range(1, 31))
    assert list(OF_2021.form.items) == [f"A1-{no:02}" for no in range(1, 31)]


def test_the_text_of_an_item_is_verbatim() -> None:
    assert OF_2021.form.items["A1-22"].text_zh == "老年人健康管理科学、规范，老年人Ⅱ度及以上压疮在院新发生率低于5%。"
    assert "《中医病例书写基本规范》" in OF_2021.form.items["A1-18"].text_zh


def test_the_limits_of_2021_are_those_of_the_text() -> None:
    limits = {
        (item.no, measure.label_zh): f"{measure.op} {measure.limit}"
        for item in OF_2021.form.items.values()
        for measure in item.measures
    }
    assert limits == {
        (13, "老年人年体检次数"): ">= 1",
        (18, "病历记录合格率"): "== 100",
        (18, "医嘱、处方合格率"): ">= 95",
        (22, "Ⅱ度及以上压疮在院新发生率"): "< 5",
        (26, "“三基”考核达标率"): "== 100",
    }


def test_every_row_of_annex_2_is_fed_by_some_aspect() -> None:
    for edition in (OF_2021, OF_2022):
        rows = {facet.annex2 for item in edition.items.values() for facet in item.facets if facet.annex2}
        assert rows == {f"A2-{row:02}" for row in range(1, 11)}


def test_a_staffing_problem_feeds_no_row_of_annex_2() -> None:
    staffing = OF_2021.form.items["A1-03"].facet("staffing")
    assert staffing is not None
    assert staffing.annex2 == ""


def test_the_2022_edition_differs_in_a_few_items_and_says_that_they_are_invented() -> None:
    old, new = OF_2021.form.items, OF_2022.form.items
    assert [item.no for code, item in new.items() if item != old.get(code)] == [13, 20, 27, 28, 31]
    assert new["A1-13"].measures[0].limit == 2
    assert new["A1-27"].measures[0].label_zh == "老年人健康信息互通共享率"
    assert "虚构" in OF_2022.title_zh
    assert any("虚构" in reading.text_zh for reading in OF_2022.readings)


def test_one_edition_follows_the_other_without_a_gap() -> None:
    assert OF_2021.valid_until == OF_2022.valid_from == dt.date(2022, 1, 1)


def test_the_windows_of_the_year_are_those_of_the_plan() -> None:
    assert OF_2021.phase("self_check").window(2021) == (dt.date(2021, 1, 1), dt.date(2021, 4, 30))
    assert OF_2021.phase("verification").window(2021) == (dt.date(2021, 5, 1), dt.date(2021, 8, 31))
    assert OF_2021.phase("summary").window(2021) == (dt.date(2021, 9, 1), dt.date(2021, 12, 31))


def test_every_deadline_names_its_clause_or_says_that_it_is_proposed() -> None:
    assert set(OF_2021.deadlines) == set(DEADLINE_CODES)
    assert all("行动方案" in rule.clause and rule.clause_en for rule in OF_2021.deadlines.values())
    assert all(("行动方案" in ladder.clause or "建议" in ladder.clause) for ladder in OF_2021.ladders.values())


def test_a_label_is_english_only_for_who_reads_english() -> None:
    measure = OF_2021.form.items["A1-13"].measures[0]
    with translation.override("zh-hans"):
        assert (measure.label, measure.shown(measure.limit)) == ("老年人年体检次数", "1次/年")
        assert OF_2021.form.basic_fields["home_beds_prev"].full_label == "上年度家庭病床数量"
    with translation.override("en"):
        assert measure.shown(measure.limit) == "1 a year"
        assert OF_2021.form.basic_fields["home_beds_prev"].full_label == "Home sickbeds, previous year"


def test_the_digest_knows_content_and_not_layout(tmp_path: Path) -> None:
    shuffled = tmp_path / "copy.json"
    shuffled.write_text(json.dumps(dict(reversed(DATA_2021.items())), indent=7), encoding="utf-8")
    assert digest(read_file(shuffled)) == digest(DATA_2021) != digest(DATA_2022)


def item(data: dict[str, Any], section: int, index: int) -> dict[str, Any]:
    found: dict[str, Any] = data["form"]["sections"][section]["items"][index]
    return found


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "unknown key": (lambda d: d.update(extra=1), "$", "unknown key “extra”"),
    "missing key": (lambda d: d.pop("form"), "$", "“form” is missing"),
    "missing list": (lambda d: d["form"].pop("columns"), "form", "“columns” is missing"),
    "text for a number": (
        lambda d: item(d, 0, 1).update(no="2"),
        "form.sections[0].items[1].no",
        "expected a whole number, found “2”",
    ),
    "true for a number": (
        lambda d: d["settings"].update(max_upload_mb=True),
        "settings.max_upload_mb",
        "expected a whole number, found true",
    ),
    "number for a flag": (
        lambda d: d["settings"].update(seal_required=1),
        "settings.seal_required",
        "expected true or false, found 1",
    ),
    "object for a list": (
        lambda d: item(d, 0, 0).update(facets={}),
        "form.sections[0].items[0].facets",
        "expected a list, found {…}",
    ),
    "list for an object": (lambda d: d["phases"].__setitem__(0, []), "phases[0]", "expected an object, found […]"),
    "blank text": (lambda d: item(d, 1, 0).update(text_zh=" "), "form.sections[1].items[0].text_zh", "blank"),
    "duplicate item code": (
        lambda d: item(d, 1, 0).update(code="A1-01"),
        "form.sections[1].items[0].code",
        "“A1-01” stands at form.sections[0].items[0] already",
    ),
    "duplicate facet code": (
        lambda d: item(d, 0, 2)["facets"][1].update(code="staffing"),
        "form.sections[0].items[2].facets[1].code",
        "already",
    ),
    "duplicate measure code": (
        lambda d: item(d, 2, 7)["measures"][1].update(code="record_pass_rate"),
        "form.sections[2].items[7].measures[1].code",
        "already",
    ),
    "duplicate basic code": (
        lambda d: d["form"]["basic"][1]["fields"][0].update(code="medical_beds"),
        "form.basic[1].fields[0].code",
        "form.basic[0].fields[1] already",
    ),
    "duplicate option": (
        lambda d: d["form"]["basic"][1]["fields"][1]["options"][1].update(code="public"),
        "form.basic[1].fields[1].options[1].code",
        "already",
    ),
    "duplicate phase": (lambda d: d["phases"][1].update(code="self_check"), "phases[1].code", "already"),
    "missing phase": (lambda d: d["phases"].pop(), "phases", "“summary” is missing"),
    "unknown operator": (
        lambda d: item(d, 2, 7)["measures"][1].update(op="=>"),
        "form.sections[2].items[7].measures[1].op",
        "unknown value “=>”; expected one of: >=, <=, ==, <, >",
    ),
    "unknown facet": (
        lambda d: item(d, 2, 7)["measures"][0].update(facet="records"),
        "form.sections[2].items[7].measures[0].facet",
        "unknown facet “records”; the item has: order_rx_rate, record_practice, record_rate",
    ),
    "unknown row of Annex 2": (
        lambda d: item(d, 0, 0)["facets"][0].update(annex2="A1-01"),
        "form.sections[0].items[0].facets[0].annex2",
        "expected a code such as A2-08",
    ),
    "unknown kind of deadline": (
        lambda d: d["deadlines"]["approve"].update(kind="days"),
        "deadlines.approve.kind",
        "unknown value “days”; expected one of: fixed, window, working_days, record, hours, none",
    ),
    "unknown deadline": (
        lambda d: d["deadlines"].update(lunch=d["deadlines"]["approve"]),
        "deadlines.lunch",
        "unknown deadline “lunch”",
    ),
    "missing deadline": (lambda d: d["deadlines"].pop("review"), "deadlines", "“review” is missing"),
    "fixed deadline without its day": (
        lambda d: d["deadlines"]["confirm"].pop("on"),
        "deadlines.confirm.on",
        "expected a day of the year as MM-DD, found “”",
    ),
    "fixed deadline on no day": (
        lambda d: d["deadlines"]["confirm"].update(on="08-32"),
        "deadlines.confirm.on",
        "“08-32” is not a day of the year",
    ),
    "day of the year for a limit": (
        lambda d: d["deadlines"]["approve"].update(on="08-31"),
        "deadlines.approve.on",
        "only a fixed deadline",
    ),
    "limit of no days": (
        lambda d: d["deadlines"]["approve"].update(days=0),
        "deadlines.approve.days",
        "expected 1 to 366 working days, found 0",
    ),
    "days for work without a limit": (
        lambda d: d["deadlines"]["findings"].update(days=3),
        "deadlines.findings.days",
        "only limits in working days",
    ),
    "minimum above the limit": (
        lambda d: d["deadlines"]["supplement"].update(minimum_days=11),
        "deadlines.supplement.minimum_days",
        "minimum",
    ),
    "month and day in full width": (lambda d: d["phases"][0].update(end="0４-30"), "phases[0].end", "MM-DD"),
    "day that no year has": (lambda d: d["phases"][0].update(end="02-30"), "phases[0].end", "“02-30” is not a day"),
    "window ending before its start": (
        lambda d: d["phases"][1].update(end="04-30"),
        "phases[1].end",
        "the phase ends before it begins",
    ),
    "validity ending before its start": (
        lambda d: d.update(valid_until="2019-01-01"),
        "valid_until",
        "the edition ends before it begins",
    ),
    "validity of no day": (lambda d: d.update(valid_until="2020-01-01"), "valid_until", "ends before it begins"),
    "date that is none": (
        lambda d: d.update(valid_from="2021-02-29"),
        "valid_from",
        "“2021-02-29” is not a day of the calendar",
    ),
    "date without its form": (lambda d: d.update(valid_from="20210101"), "valid_from", "a date such as 2021-01-31"),
    "gap in the items": (
        lambda d: d["form"]["sections"][0]["items"].pop(1),
        "form.sections[0].items[1].no",
        "expected number 2, found 3",
    ),
    "gap in the sections": (
        lambda d: d["form"]["sections"][5].update(no=7),
        "form.sections[5].no",
        "expected number 6, found 7",
    ),
    "item of another section": (
        lambda d: item(d, 0, 0).update(section=2),
        "form.sections[0].items[0].section",
        "the item names section 2 but stands in section 1",
    ),
    "section without items": (
        lambda d: d["form"]["sections"][4].update(items=[]),
        "form.sections[4].items",
        "at least one entry",
    ),
    "choice without options": (
        lambda d: d["form"]["basic"][1]["fields"][0].update(options=[]),
        "form.basic[1].fields[0].options",
        "at least one entry",
    ),
    "options without choice": (
        lambda d: d["form"]["basic"][1]["fields"][0].update(type="text"),
        "form.basic[1].fields[0].options",
        "only a choice",
    ),
    "field that takes the place of a choice's text": (
        lambda d: d["form"]["basic"][0]["fields"][0].update(code="medical_type_other"),
        "form.basic[1].fields[0].code",
        "kept for the text of a choice",
    ),
    "unknown type in the header": (
        lambda d: d["form"]["header"][0].update(type="stamp"),
        "form.header[0].type",
        "unknown type “stamp”",
    ),
    "limit above the maximum": (
        lambda d: item(d, 2, 7)["measures"][1].update(limit=101),
        "form.sections[2].items[7].measures[1].limit",
        "the limit 101 lies outside 0 to 100",
    ),
    "limit that is no number": (
        lambda d: item(d, 2, 7)["measures"][1].update(limit=float("nan")),
        "form.sections[2].items[7].measures[1].limit",
        "expected a number",
    ),
    "empty range": (
        lambda d: item(d, 2, 7)["measures"][1].update(maximum=0),
        "form.sections[2].items[7].measures[1].maximum",
        "greater than the minimum",
    ),
    "code with a blank": (lambda d: d.update(code="quality cycle"), "code", "is no code"),
    "version that is too long": (lambda d: d.update(version="2" * 21), "version", "21 characters are too many"),
    "ladder that nobody above hears of": (
        lambda d: d["ladders"]["decision"].update(after=[{"days": 1, "to": ["person", "head"]}]),
        "ladders.decision.after",
        "the ladder has no end",
    ),
    "ladder without a rung after the date": (
        lambda d: d["ladders"]["decision"].update(after=[]),
        "ladders.decision.after",
        "the ladder has no end",
    ),
    "ladder repeated for ever": (
        lambda d: d["ladders"]["standard"].update(repeat_times=0),
        "ladders.standard.repeat_times",
        "the ladder has no end",
    ),
    "ladder repeated at no interval": (
        lambda d: d["ladders"]["standard"].update(repeat_days=0),
        "ladders.standard.repeat_days",
        "say after how many days",
    ),
    "rung for an unknown role": (
        lambda d: d["ladders"]["standard"]["after"][0].update(to=["mayor"]),
        "ladders.standard.after[0].to[0]",
        "unknown value “mayor”",
    ),
    "rung for nobody": (
        lambda d: d["ladders"]["standard"]["before"][1].update(to=[]),
        "ladders.standard.before[1].to",
        "at least one entry",
    ),
    "rungs out of order": (
        lambda d: d["ladders"]["standard"]["before"].reverse(),
        "ladders.standard.before",
        "in the order in which they are reached",
    ),
    "rung on the day itself": (
        lambda d: d["ladders"]["standard"]["after"][0].update(days=0),
        "ladders.standard.after[0].days",
        "expected 1 to 366 days, found 0",
    ),
    "ladder at an hour that no day has": (
        lambda d: d["ladders"]["standard"].update(hour=24),
        "ladders.standard.hour",
        "from 0 to 23",
    ),
    "unknown ladder": (
        lambda d: d["deadlines"]["review"].update(ladder="rope"),
        "deadlines.review.ladder",
        "unknown ladder “rope”",
    ),
    "unknown ladder for what is serious": (
        lambda d: d["deadlines"]["rectify"].update(serious_ladder="rope"),
        "deadlines.rectify.serious_ladder",
        "unknown ladder “rope”",
    ),
    "deadline before its start": (
        lambda d: d["deadlines"]["confirm"].update(opens="06-01"),
        "deadlines.confirm.on",
        "the deadline lies before its start",
    ),
    "window of an unknown phase": (
        lambda d: d["deadlines"]["verify"].update(phase="harvest"),
        "deadlines.verify.phase",
        "unknown phase “harvest”",
    ),
    "phase for a limit": (
        lambda d: d["deadlines"]["approve"].update(phase="summary"),
        "deadlines.approve.phase",
        "only a window names a phase",
    ),
    "light that turns amber too early": (
        lambda d: d["deadlines"]["approve"].update(amber_days=400),
        "deadlines.approve.amber_days",
        "expected 0 to 366 days",
    ),
    "upload limit of nothing": (
        lambda d: d["settings"].update(max_upload_mb=0),
        "settings.max_upload_mb",
        "above zero",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_malformed_edition_is_refused_with_the_place_of_the_fault(data: dict[str, Any], name: str) -> None:
    spoil, path, words = FAULTS[name]
    spoil(data)
    found = faults_of(data)
    assert words in found.get(path, ""), found


def test_all_faults_are_named_at_once_and_with_the_file(data: dict[str, Any]) -> None:
    data["form"]["sections"][2]["items"][7]["measures"][1]["op"] = "=>"
    data["phases"][0]["end"] = "02-30"
    del data["deadlines"]["review"]
    data["valid_from"] = 2021
    with pytest.raises(MalformedEdition) as caught:
        parse(data, where="quality-cycle-2021.json")
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith("quality-cycle-2021.json: ") for line in lines)


def test_one_wrong_number_is_one_fault(data: dict[str, Any]) -> None:
    data["form"]["sections"][1]["items"][0]["no"] = 77
    assert faults_of(data) == {"form.sections[1].items[0].no": "expected number 5, found 77"}


def test_an_edition_from_before_there_were_ladders_runs_on_the_ones_of_the_software(data: dict[str, Any]) -> None:
    del data["ladders"]
    for code in ("extension", "supervision", "plan", "plan_acceptance", "continuing_review"):
        del data["deadlines"][code]
    edition = parse(data, where="an old file")
    assert set(edition.ladders) >= {"standard", "serious"}
    assert edition.deadlines["extension"].days == 3


def test_settings_left_out_keep_their_defaults(data: dict[str, Any]) -> None:
    del data["settings"]
    assert parse(data, where="file").settings == OF_2021.settings


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, entry in inner for place in places(entry, (*path, key)))]


PLACES = places(DATA_2021)


@given(st.sampled_from(PLACES), JUNK)
def test_junk_anywhere_is_refused_or_harmless_but_never_an_error(place: tuple[Any, ...], junk: Any) -> None:
    spoilt: Any = copy.deepcopy(DATA_2021)
    if not place:
        spoilt = junk
    else:
        inner = spoilt
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = junk
    with contextlib.suppress(MalformedEdition):
        assert parse(spoilt, where="junk").code


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b'{"code": "a",}', "line 1, column"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": 1, "a": 2}', "the key “a” stands twice"),
        (b"[]", "one JSON object"),
        (b"\xff\xfe\xff", "not valid JSON"),
        (b"[" * 200_000, "not valid JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
    ],
)
def test_a_file_that_is_not_clean_json_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with translation.override("en"), pytest.raises(MalformedEdition) as caught:
        read_file(path)
    assert "broken.json" in str(caught.value)
    assert words in str(caught.value)


def write(directory: Path, data: dict[str, Any], name: str = "edition.json") -> Path:
    path = directory / name
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_command_loads_the_editions_of_the_project_and_may_be_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with translation.override("en"):
        Edition.objects.all().delete()
        call_command("load_editions")
        call_command("load_editions")
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "alliance-pilot 2020: loaded",
        "quality-cycle 2021: loaded",
        "quality-cycle 2022: loaded",
        "alliance-pilot 2020: unchanged",
        "quality-cycle 2021: unchanged",
        "quality-cycle 2022: unchanged",
    ]
    edition = Edition.objects.get(version="2021")
    assert edition.parsed == OF_2021
    assert edition.digest == digest(edition.data)


@pytest.mark.django_db
def test_an_unused_edition_is_updated_and_a_used_one_kept(
    tmp_path: Path, data: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    data["version"] = "test"
    call_command("load_editions", write(tmp_path, data))
    data["settings"]["max_upload_mb"] = 30
    call_command("load_editions", write(tmp_path, data))
    assert Edition.objects.get(version="test").parsed.settings.max_upload_mb == 30

    Edition.objects.filter(version="test").update(used_at=dt.datetime(2021, 1, 4, tzinfo=dt.UTC))
    data["settings"]["max_upload_mb"] = 40
    capsys.readouterr()
    other = write(tmp_path, data | {"version": "another"}, "another.json")
    with translation.override("en"):
        call_command("load_editions", write(tmp_path, data), other)
    said = capsys.readouterr().out.splitlines()
    assert said == ["quality-cycle test: kept as it is: in use", "quality-cycle another: loaded"]
    assert Edition.objects.get(version="test").parsed.settings.max_upload_mb == 30


@pytest.mark.django_db
def test_whoever_means_to_change_a_used_edition_is_refused(tmp_path: Path, data: dict[str, Any]) -> None:
    data["version"] = "test"
    call_command("load_editions", write(tmp_path, data))
    Edition.objects.filter(version="test").update(used_at=dt.datetime(2021, 1, 4, tzinfo=dt.UTC))
    data["settings"]["max_upload_mb"] = 40
    with translation.override("en"), pytest.raises(CommandError, match="in use since 2021-01-04 and cannot change"):
        call_command("load_editions", write(tmp_path, data), strict=True)


@pytest.mark.django_db
def test_a_used_edition_that_did_not_change_is_no_obstacle(tmp_path: Path, data: dict[str, Any]) -> None:
    data["version"] = "test"
    path = write(tmp_path, data)
    call_command("load_editions", path)
    Edition.objects.filter(version="test").update(used_at=dt.datetime(2021, 1, 4, tzinfo=dt.UTC))
    call_command("load_editions", path)
    assert Edition.objects.filter(version="test").count() == 1


@pytest.mark.django_db
def test_one_refused_file_keeps_all_others_out(tmp_path: Path, data: dict[str, Any]) -> None:
    used = write(tmp_path, data | {"version": "used"}, "used.json")
    call_command("load_editions", used)
    Edition.objects.filter(version="used").update(used_at=dt.datetime(2021, 1, 4, tzinfo=dt.UTC))
    good = write(tmp_path, data | {"version": "good"}, "good.json")
    write(tmp_path, data | {"version": "used", "title_en": "Another"}, "used.json")
    bad = write(tmp_path, data | {"version": "bad", "extra": 1}, "bad.json")
    for refused in (used, bad, tmp_path / "absent.json"):
        with pytest.raises(CommandError, match=refused.name):
            call_command("load_editions", good, refused, strict=True)
    assert list(Edition.objects.filter(version__in=["good", "bad"])) == []


@pytest.mark.django_db
def test_two_files_with_the_same_version_are_refused(tmp_path: Path, data: dict[str, Any]) -> None:
    data["version"] = "twice"
    first, second = write(tmp_path, data, "first.json"), write(tmp_path, data, "second.json")
    with pytest.raises(CommandError, match=r"second\.json.*first\.json"):
        call_command("load_editions", first, second)
    assert not Edition.objects.filter(version="twice").exists()
