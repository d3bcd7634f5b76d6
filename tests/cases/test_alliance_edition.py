"""The edition of the alliance pilot: what its file must hold, and where it is wrong."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from cases.editions.alliance import AllianceEdition, alliance_of
from cases.editions.load import DATA, MalformedEdition, parse
from cases.editions.quality import quality_of
from cases.editions.schema import EditionData

TEXT = (DATA / "alliance-pilot-2020.json").read_text(encoding="utf-8")
ONLY_OURS = {each.name for each in fields(AllianceEdition)} - {each.name for each in fields(EditionData)}
EDITION = alliance_of(parse(json.loads(TEXT), where="2020"))


def test_the_card_is_the_printed_one() -> None:
    card: Any = EDITION.scorecard
    assert [(group.code, group.points) for group in card.groups] == [
        ("organisation", 16),
        ("measures", 43),
        ("results", 31),
        ("satisfaction", 10),
        ("bonus", 6),
    ]
    assert len(card.rows) == 22
    assert [row.printed_no for row in card.rows][:3] == [1, 2, 4]
    assert [row.no for row in card.rows if row.printed_no is None] == [15]
    assert card.columns[-1] == "扣分理由"
    assert [row.code for row in card.rows if row.finance] == ["funds"]
    # The words of the annex, read against it once: whoever changes one changes what was quoted.
    words = "\n".join(row.item_zh + row.criteria_zh for row in card.rows)
    assert hashlib.sha256(words.encode()).hexdigest().startswith("55de00b207cfed9b")


def test_the_phases_are_those_of_the_plan_whatever_the_year_of_a_case() -> None:
    windows = {phase.code: [day.isoformat() for day in phase.window(2021)] for phase in EDITION.phases}
    assert windows == {
        "start": ["2020-02-01", "2020-03-31"],
        "practice": ["2020-04-01", "2021-04-30"],
        "evaluation": ["2021-05-01", "2022-12-31"],
    }


def test_the_targets_are_those_of_the_plan() -> None:
    found: dict[str, tuple[Any, ...]] = {
        code: (rule.op, rule.value, rule.unit, rule.scope) for code, rule in EDITION.targets.items()
    }
    assert found == {
        "geriatrics_share": (">=", 60, "%", "city"),
        "rehabilitation_share": (">=", 75, "%", "city"),
        "education_sessions": (">=", 10, "次", "city_centre"),
        "education_attendances": (">=", 1000, "人次", "city_centre"),
        "training_sessions": (">=", 5, "次", "city_centre"),
        "training_attendances": (">=", 500, "人次", "city_centre"),
        "district_centre": (">=", 1, "个", "district"),
    }


def _rule(data: dict[str, Any], code: str) -> Any:
    return next(row for row in data["scorecard"]["rows"] if row["code"] == code)["rule"]


SPOILT: list[tuple[Callable[[dict[str, Any]], Any], str, str]] = [
    (lambda d: d["phases"].pop(), "phases", "“evaluation” is missing"),
    (lambda d: d["phases"][0].update(end="2020-02-30"), "phases[0].end", "is not a day of the calendar"),
    (lambda d: d["phases"][0].update(end="2020-01-31"), "phases[0].end", "the phase ends before it begins"),
    (lambda d: d["targets"].clear(), "targets", "at least one entry is expected"),
    (lambda d: d["scorecard"]["rows"][4].update(group="luck"), "scorecard.rows[4].group", "unknown group “luck”"),
    (lambda d: d["scorecard"]["rows"].pop(0), "scorecard.rows[0].no", "expected number 1, found 2"),
    (
        lambda d: d["scorecard"]["groups"][0].update(points=17),
        "scorecard.groups[0].points",
        "the rows give 16 points, the group 17",
    ),
    (lambda d: d["scorecard"].update(bonus_cap=7), "scorecard.bonus_cap", "the bonus is capped at 7"),
    (
        lambda d: _rule(d, "agreement").update(steps=_rule(d, "staff_dispatch")["steps"]),
        "scorecard.rows[0].rule",
        "a row has exactly one rule, found 2",
    ),
    (
        lambda d: _rule(d, "agreement")["choice"]["options"][0].update(score=6),
        "scorecard.rows[0].rule",
        "the rule gives at most 6 points, the row 5",
    ),
    (
        lambda d: _rule(d, "agreement")["choice"]["options"][0].pop("score"),
        "scorecard.rows[0].rule",
        "the option “clear” has neither a score nor a range",
    ),
    (
        lambda d: _rule(d, "standard_care")["choice"]["options"][1].update(score_min=6),
        "scorecard.rows[14].rule",
        "the range of the option “substandard” is empty",
    ),
    (
        lambda d: _rule(d, "rules_building")["steps"]["steps"][1].update(most=2),
        "scorecard.rows[16].rule",
        "the steps must cover every whole number from 0, each once",
    ),
    (
        lambda d: _rule(d, "training_received")["first_match"]["cases"][0]["when"][0].update(input="guests"),
        "scorecard.rows[11].rule",
        "the rule asks for no number “guests”",
    ),
    (
        lambda d: _rule(d, "training_received")["first_match"]["cases"].pop(),
        "scorecard.rows[11].rule",
        "the last case must hold always",
    ),
    (
        lambda d: _rule(d, "satisfaction")["banded_percent"].update(step=0),
        "scorecard.rows[19].rule",
        "the bands must lie between 0 and 100 %",
    ),
    (
        lambda d: _rule(d, "satisfaction")["banded_percent"].update(least_answers=30),
        "scorecard.rows[19].rule.banded_percent.least_answers",
        "must be evaluation.survey_least, 1",
    ),
    (
        lambda d: d["scorecard"]["rows"][7].update(counts_at=["ward"]),
        "scorecard.rows[7].counts_at[0]",
        "unknown value “ward”",
    ),
    (
        lambda d: _rule(d, "satisfaction")["banded_percent"].update(partial_step="round"),
        "scorecard.rows[19].rule.banded_percent.partial_step",
        "unknown value “round”",
    ),
]


@pytest.mark.parametrize(("spoil", "path", "message"), SPOILT)
def test_a_malformed_edition_is_refused_with_the_place_of_the_fault(
    spoil: Callable[[dict[str, Any]], Any], path: str, message: str
) -> None:
    data = json.loads(TEXT)
    spoil(data)
    with translation.override("en"), pytest.raises(MalformedEdition) as refused:
        parse(data, where="file.json")
    assert any(place == path and message in words for place, words in refused.value.faults), refused.value.faults


def test_an_edition_of_a_programme_that_nobody_registered_has_what_all_have() -> None:
    data = {key: value for key, value in json.loads(TEXT).items() if key not in ONLY_OURS}
    data["code"] = "invented"
    parsed = parse(data, where="invented.json")
    assert type(parsed) is EditionData
    assert parsed.items == {}
    assert "standard" in parsed.ladders
    with pytest.raises(TypeError, match="no edition of the quality cycle"):
        quality_of(parsed)
    with pytest.raises(TypeError, match="no edition of the alliance pilot"):
        alliance_of(parsed)
    spoilt = copy.deepcopy(data) | {"form": {}}
    with pytest.raises(MalformedEdition):
        parse(spoilt, where="invented.json")


def test_numbers_of_the_edition_are_exact() -> None:
    units = EDITION.scorecard.by_code["research"].rule.bonus_units
    assert units is not None
    assert [unit.score for unit in units.units] == [1, 1, Decimal("0.5")]
    assert isinstance(EDITION, AllianceEdition)


def test_the_lead_the_commission_and_the_bureau_score_and_a_district_column_is_a_setting() -> None:
    assert EDITION.evaluation.columns == ("self", "city", "finance")
    data = json.loads(TEXT)
    data["evaluation"]["columns"] = ["self", "district", "city", "finance"]
    assert "district" in alliance_of(parse(data, where="district")).evaluation.columns
    for columns in (["self", "city"], ["self", "city", "finance", "city"]):
        data["evaluation"]["columns"] = columns
        with pytest.raises(MalformedEdition):
            parse(data, where="columns")
