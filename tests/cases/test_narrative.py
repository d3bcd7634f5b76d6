"""The words of Annex 2 and of the annual quality report, drafted from the findings as of the cut-off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from cases.figures import narrative
from cases.figures.narrative_words import words_of
from cases.models import Finding, OrgUnit, Practice, Programme, WorkPlan
from cases.paper.quality_report import CHAPTERS, ItemLine, PartLine
from tests.cases.figure_rows import CUTOFF, case_of, cycle_of, edition, figures_of, finding_of, institution
from tests.worlds import World, build_world, moment, unit

HAND, DRUG, LICENCE = ("A1-19", ["hand"]), ("A1-07", ["drug"]), ("A1-01", ["qualification"])


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def wrong(cycle: Any, where: tuple[str, list[str]], problem: str, measure: str = "", **fields: Any) -> Finding:
    """A finding with its words; ``due_on`` is its date, the rest are the days from which it stood so."""
    due_on = fields.pop("due_on", None)
    finding = finding_of(cycle, *where, **{"open": "2021-04-01", **fields})
    finding.problem, finding.measure, finding.due_on = problem, measure, due_on
    finding.responsible = "古丽娜尔"
    finding.save()
    return finding


def drafted(world: World, **fields: Any) -> dict[tuple[str, int], str]:
    return narrative.draft(edition(), fields.pop("unit", world.prefecture), 2021, fields.pop("on", CUTOFF), **fields)


def chapters(world: World, **fields: Any) -> dict[int, str]:
    place = fields.pop("unit", world.prefecture)
    return narrative.report_chapters(edition(), figures_of(place), place, 2021, CUTOFF, **fields)


@pytest.fixture
def found(world: World) -> dict[str, Finding]:
    """Hand hygiene wrong in three institutions of two counties, drugs in one, a licence in another."""
    first, second, third = map(cycle_of, (world.institution, world.sibling, world.other_institution))
    return {
        "hand": wrong(
            first, HAND, "手卫生依从性抽查不合格。", "组织全员培训并每周抽查。", fixed="2021-05-01", closed="2021-06-01"
        ),
        "hand_too": wrong(second, HAND, "洗手池未配备干手设施", fixed="2021-05-01"),
        "hand_again": wrong(third, HAND, "未张贴洗手流程图", due_on=dt.date(2021, 9, 29)),
        "drug": wrong(third, DRUG, "急救药品过期2支", due_on=CUTOFF),
        "licence": wrong(second, LICENCE, "执业许可证未按期校验", referred="2021-07-01"),
    }


def test_every_heading_has_a_text_and_one_without_findings_says_so(world: World) -> None:
    texts = drafted(world)
    assert list(texts) == [(part, no) for part in ("problems", "rectification") for no in range(1, 7)]
    assert texts["problems", 5] == "截至2021年9月30日，未发现信息化建设方面的问题。"
    assert texts["rectification", 3] == "截至2021年9月30日，未发现规范开展服务方面的问题，无整改事项。"


def test_problems_are_grouped_by_item_with_their_numbers_common_ones_and_typical_cases(
    world: World, found: dict[str, Finding]
) -> None:
    names = edition().form.items
    texts = drafted(world)
    third = next(section.no for section in edition().form.sections if names["A1-19"] in section.items)
    found_line = (
        f"截至2021年9月30日，共发现{words_of('zh').about(edition().annex2.problems[third - 1])}的问题3个，涉及3家机构。"
        f"按检查项目分：第19项“{names['A1-19'].short_zh}”问题3个（3家机构）。"
    )
    cases_line = (
        "典型情形：天山区康宁护理院，手卫生依从性抽查不合格；天山区松鹤医养中心，洗手池未配备干手设施；"
        f"{world.other_institution.name}，未张贴洗手流程图。"
    )
    assert texts["problems", third].split("\n") == [
        found_line,
        f"普遍性问题（涉及3家以上机构）：“{names['A1-19'].facets[0].label_zh}”（第19项）涉及3家机构。",
        cases_line,
    ]
    assert "普遍性" not in texts["problems", 1]


def test_rectification_says_what_is_done_what_is_overdue_and_what_is_left(
    world: World, found: dict[str, Finding]
) -> None:
    names = edition().form.items
    third = names["A1-19"].section
    standing = (
        "3个问题中，已整改销号1个，机构已整改、待县级复核1个，尚在整改1个，整改销号率33.3%。"
        "尚在整改的问题中，逾期未完成的1个，涉及1家机构。"
    )
    assert drafted(world)["rectification", third].split("\n") == [
        standing,
        f"尚未销号的问题：第19项“{names['A1-19'].short_zh}”问题2个（2家机构）。",
        "主要整改措施：组织全员培训并每周抽查。",
    ]
    assert "1个问题中，已移交处置1个，整改销号率0.0%。" in drafted(world)["rectification", 1]


def test_a_finding_due_on_the_cut_off_is_not_overdue(world: World, found: dict[str, Finding]) -> None:
    assert "逾期" not in drafted(world)["rectification", edition().form.items["A1-07"].section]


def test_an_extension_granted_after_the_cut_off_does_not_make_a_finding_less_overdue(world: World) -> None:
    finding = wrong(cycle_of(world.institution), DRUG, "x")
    for due_on, at in ((dt.date(2021, 8, 1), "2021-05-01"), (dt.date(2021, 12, 1), "2021-10-05")):
        finding.due_on = due_on
        row: Any = finding
        row._history_date = moment(at)
        row.save()
    section = edition().form.items["A1-07"].section
    assert "逾期未完成的1个" in drafted(world)["rectification", section]
    assert "逾期" not in drafted(world, on=dt.date(2021, 7, 31))["rectification", section]


def test_all_closed_is_said_in_one_sentence(world: World) -> None:
    wrong(cycle_of(world.institution), LICENCE, "未校验", closed="2021-06-01")
    assert drafted(world)["rectification", 1] == "1个问题已全部整改到位，并经县级卫生健康行政部门复核销号。"


def test_the_draft_speaks_of_the_cut_off_and_not_of_today(world: World, found: dict[str, Finding]) -> None:
    early = drafted(world, on=dt.date(2021, 4, 30))
    third = edition().form.items["A1-19"].section
    assert early["rectification", third].startswith("3个问题中，尚在整改3个，整改销号率0.0%。")
    assert "截至2021年4月30日" in early["problems", third]


def test_what_a_withdrawn_form_reported_is_not_spoken_of(world: World) -> None:
    withdrawn = cycle_of(world.institution, until="2021-05-01")
    wrong(withdrawn, LICENCE, "自查发现的")
    wrong(withdrawn, LICENCE, "省级抽查发现的", source="region")
    text = drafted(world)["problems", 1]
    assert "自查发现的" not in text
    assert "省级抽查发现的" in text


def test_an_institution_elsewhere_or_in_another_year_is_not_spoken_of(world: World, found: dict[str, Finding]) -> None:
    assert all("共发现" not in text for text in drafted(world, unit=world.other_prefecture).values())
    elsewhere = narrative.draft(edition(), world.prefecture, 2022, CUTOFF)
    assert all("共发现" not in text for text in elsewhere.values())


def test_no_persons_name_stands_in_a_draft(world: World, found: dict[str, Finding]) -> None:
    everything = "".join([*drafted(world).values(), *chapters(world).values()])
    assert "古丽娜尔" not in everything
    assert not [name for name in (person.name for person in world.people.values()) if name in everything]


def test_long_descriptions_are_cut_at_a_pause_and_keep_their_words() -> None:
    words = words_of("zh-hans")
    long = (
        "未按规定建立健全医疗质量安全管理各项核心制度，三级查房记录不完整，交接班记录缺失，危急值登记不规范，会诊晚。"
    )
    assert words.shortened(long) == "未按规定建立健全医疗质量安全管理各项核心制度，三级查房记录不完整，交接班记录缺失……"
    assert words.shortened(" 短。\n再说 ") == "短。 再说"
    assert words.shortened("字" * 60) == "字" * 48 + "……"


def test_typical_cases_are_of_different_institutions_and_at_most_three(world: World) -> None:
    cycles = [cycle_of(institution(world.county)) for _number in range(4)]
    for cycle in cycles:
        wrong(cycle, LICENCE, f"{cycle.unit.name}的问题")
        wrong(cycle, LICENCE, f"{cycle.unit.name}的又一问题", source="county")
    line = drafted(world)["problems", 1].split("\n")[-1]
    assert line.count("；") == 2
    assert [line.count(f"{cycle.unit.name}，") for cycle in cycles] == [1, 1, 1, 0]


def test_an_english_draft_is_english_and_a_draft_is_chinese_whatever_the_screen(
    world: World, found: dict[str, Finding]
) -> None:
    with translation.override("en"):
        assert drafted(world)["problems", 5].startswith("截至")
    text = drafted(world, language="en")
    assert text["problems", 5] == "Informatisation: no findings as of 30 September 2021."
    assert "Of 1 findings: referred: 1; share closed: 0.0%." in text["rectification", 1]
    english = chapters(world, language="en")
    assert "institutions that have self-checked: 3 (100.0%)" in english[3]


def test_both_languages_have_the_same_phrases_with_the_same_blanks() -> None:
    chinese, english = words_of("zh"), words_of("en")
    assert chinese.phrases.keys() == english.phrases.keys()
    assert chinese.sources.keys() == english.sources.keys() == set(Finding.OF_CYCLES)


def test_the_number_of_queries_does_not_grow_with_the_institutions(
    world: World, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        wrong(cycle_of(institution(world.county if number % 2 else world.other_county)), HAND, "x")
    data = edition()
    with django_assert_num_queries(3):
        narrative.draft(data, world.prefecture, 2021, CUTOFF)
    figures = figures_of(world.prefecture)
    with django_assert_num_queries(6):
        narrative.report_chapters(data, figures, world.prefecture, 2021, CUTOFF)
    with django_assert_num_queries(4):
        narrative.report_lists(data, world.prefecture, 2021, CUTOFF)


def test_the_nation_and_a_county_have_no_narrative(world: World) -> None:
    for place in (world.county, OrgUnit.objects.get(kind="nation")):
        with pytest.raises(ValueError, match="prefecture or region"):
            narrative.draft(edition(), place, 2021, CUTOFF)


def test_every_chapter_of_the_report_is_drafted(world: World, found: dict[str, Finding]) -> None:
    texts = chapters(world)
    assert list(texts) == [chapter.no for chapter in CHAPTERS]
    assert all(texts.values())


def test_the_chapters_say_what_the_figures_and_findings_say(world: World, found: dict[str, Finding]) -> None:
    institution(world.county)
    texts = chapters(world)
    assert "组织辖区内2个县（市、区）的4家医养结合机构" in texts[1]
    assert "其中4家机构的床位数尚未经县级核查" in texts[2]
    assert "天山区3家，沙依巴克区1家" in texts[2]
    assert "开展自查的机构3家，占机构总数的75.0%。尚未开展自查的机构1家，分布情况：天山区1家。" in texts[3]
    assert "已完成核查的机构0家，占已自查机构的0.0%" in texts[3]
    assert "共发现问题5个，涉及3家机构。按来源分：机构自查5个。" in texts[4]
    assert "5个问题中，已整改销号1个，机构已整改、待县级复核1个，尚在整改2个，已移交处置1个" in texts[5]
    assert "逾期未整改问题的分布：沙依巴克区1个。" in texts[5]
    assert texts[6] == "截至2021年9月30日，省级未在辖区内开展实地抽查。"
    assert texts[7] == "截至2021年9月30日，尚未发布典型案例和经验做法。"
    hand = edition().form.items["A1-19"].facets[0].label_zh
    assert texts[8] == (
        "一是对逾期未完成整改的1个问题逐一督办，明确责任和时限，限期整改到位；二是对尚未销号的2个问题持续跟踪，落实复核销号；"
        f"三是对“{hand}”（第19项）等普遍性问题统一研究解决；四是督促尚未开展自查的1家机构尽快完成自查并上报；"
        "五是巩固自查整改成果，健全医养结合机构服务质量管理长效机制，持续提升服务质量。"
    )


def test_a_spot_check_and_other_sources_have_their_place_in_the_report(world: World) -> None:
    cycle = cycle_of(world.institution)
    wrong(cycle, HAND, "x", source="region", closed="2021-08-01")
    wrong(cycle, DRUG, "y", source="nation")
    assert chapters(world)[6] == (
        "截至2021年9月30日，省级未在辖区内开展实地抽查。抽查发现问题1个，涉及1家机构；其中已整改销号1个。\n"
        "此外，国家抽查发现问题1个。"
    )


def test_the_work_plan_and_published_practices_are_told(world: World) -> None:
    programme = Programme.objects.create(case=case_of(world.region, "programme"))
    WorkPlan.objects.create(
        case=case_of(world.prefecture, "work_plan"),
        programme=programme,
        goals="自查覆盖率100%。",
        organisation="成立专班。",
    )
    assert chapters(world)[1].split("\n")[1:] == ["年度工作计划确定的目标：自查覆盖率100%。", "组织保障：成立专班。"]
    for sort, title, published in (
        ("typical_case", "过期药品清零", "2021-08-01"),
        ("good_practice", "互联网查房", "2021-09-01"),
        ("good_practice", "截止以后", "2021-10-01"),
        ("good_practice", "未发布", None),
    ):
        case = case_of(world.county, "practice")
        at = moment(published) if published else None
        Practice.objects.create(case=case, sort=sort, title=title, text="x", published_at=at)
    assert chapters(world)[7] == "发布典型案例1个：《过期药品清零》。\n发布经验做法1个：《互联网查房》。"
    assert "尚未发布" in chapters(world, unit=world.other_prefecture)[7]


def test_a_prefecture_without_institutions_says_so(world: World) -> None:
    empty = unit("prefecture", "空白地区卫生健康委", "659900", world.region)
    texts = chapters(world, unit=empty)
    assert texts[1] == texts[2] == texts[3] == "截至2021年9月30日，辖区内无医养结合机构。"
    assert texts[4] == "截至2021年9月30日，未发现问题。"
    assert narrative.report_lists(edition(), empty, 2021, CUTOFF) == ((), ())


def test_the_lists_rank_counties_by_what_they_closed_and_items_by_institutions(
    world: World, found: dict[str, Finding]
) -> None:
    parts, items = narrative.report_lists(edition(), world.prefecture, 2021, CUTOFF)
    names = edition().form.items
    assert parts == (
        PartLine("天山区", institutions=2, self_checked=2, findings=3, closed=1, overdue=0),
        PartLine("沙依巴克区", institutions=1, self_checked=1, findings=2, closed=0, overdue=1),
    )
    assert items[0] == ItemLine("19", names["A1-19"].short_zh, institutions=3, findings=3, closed=1)
    assert [item.no for item in items[1:]] == ["1", "7"]


def test_the_region_compares_its_prefectures(world: World, found: dict[str, Finding]) -> None:
    parts, _items = narrative.report_lists(edition(), world.region, 2021, CUTOFF)
    assert parts[0].name == "乌鲁木齐市"
    assert "个地（州、市）的" in chapters(world, unit=world.region)[1]
