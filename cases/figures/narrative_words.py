"""The phrases that reports are drafted from (附件2; 年度医养结合机构服务质量报告), in Chinese and in English.

They are the wording of a document, not of the screen, and so stand outside the translation catalogue: a draft is
Chinese whatever the language of the person who asks for it, and English where an English one is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cases.editions.annex2 import Heading
from cases.editions.form import CheckItem, Facet
from cases.editions.quality import QualityEdition
from cases.paper.annex2 import SOURCES
from cases.paper.wording import chinese_date

SHORTENED = {"zh": 48, "en": 120}
_PAUSES = "。；，！？;,."


@dataclass(frozen=True)
class Words:
    """One language's phrases by name, with what differs between the languages beside them."""

    language: str
    phrases: dict[str, str]
    comma: str
    semicolon: str
    sources: dict[str, str]

    def say(self, phrase: str, /, **values: object) -> str:
        return self.phrases[phrase].format(**values)

    def listed(self, parts: Iterable[str]) -> str:
        return self.comma.join(parts)

    def together(self, sentences: Iterable[str]) -> str:
        """Sentences as one paragraph; Chinese ones stand without a space between them."""
        return ("" if self.language == "zh" else " ").join(sentence for sentence in sentences if sentence)

    def paragraphs(self, lines: Iterable[str]) -> str:
        """The lines that say something, each a paragraph."""
        return "\n".join(line for line in lines if line)

    def day(self, day: dt.date) -> str:
        return chinese_date(day) if self.language == "zh" else f"{day.day} {day:%B} {day.year}"

    def share(self, part: int, whole: int) -> str:
        """A part of the whole in per cent with one decimal, rounded half up."""
        value = (Decimal(100) * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{value:f}%"

    def about(self, heading: Heading) -> str:
        """What a heading is about, without its number: 基本要求方面."""
        if self.language == "zh":
            return heading.label_zh.split("、", 1)[-1]
        return heading.label_en.split(". ", 1)[-1]

    def item(self, edition: QualityEdition, code: str) -> str:
        """A check item by its number and short name; its code where the form does not have it."""
        found: CheckItem | None = edition.items.get(code)
        if found is None:
            return code
        return self.say("item", no=found.no, name=found.short_zh if self.language == "zh" else found.short_en)

    def problem(self, edition: QualityEdition, code: str, facet_code: str) -> str:
        """The part of an item that a problem belongs to, or the item where it names none."""
        item = edition.items.get(code)
        facet: Facet | None = item.facet(facet_code) if item is not None and facet_code else None
        if facet is None:
            return self.item(edition, code)
        name = facet.label_zh if self.language == "zh" else facet.label_en
        return self.say("facet", name=name, no=item.no if item else code)

    def shortened(self, text: str) -> str:
        """The beginning of what somebody wrote, verbatim, on one line; cut at a pause where there is one."""
        line = " ".join(text.split()).rstrip(_PAUSES)
        limit = SHORTENED[self.language]
        if len(line) <= limit:
            return line
        pause = max(line.rfind(mark, limit // 2, limit) for mark in _PAUSES)
        return line[: pause if pause > 0 else limit] + ("……" if self.language == "zh" else " …")


def words_of(language: str) -> Words:
    return ENGLISH if language.startswith("en") else CHINESE


CHINESE = Words(
    language="zh",
    comma="，",
    semicolon="；",
    sources=SOURCES,
    phrases={
        "item": "第{no}项“{name}”",
        "facet": "“{name}”（第{no}项）",
        "item_count": "{item}问题{findings}个（{institutions}家机构）",
        "facet_count": "{problem}涉及{institutions}家机构",
        "case": "{institution}，{problem}",
        "none": "截至{day}，未发现{about}的问题。",
        "nothing_to_rectify": "截至{day}，未发现{about}的问题，无整改事项。",
        "found": "截至{day}，共发现{about}的问题{findings}个，涉及{institutions}家机构。",
        "items": "按检查项目分：{items}。",
        "common": "普遍性问题（涉及{least}家以上机构）：{problems}。",
        "typical": "典型情形：{cases}。",
        "all_closed": "{findings}个问题已全部整改到位，并经县级卫生健康行政部门复核销号。",
        "standing": "{findings}个问题中，{parts}，整改销号率{share}。",
        "closed": "已整改销号{n}个",
        "fixed": "机构已整改、待县级复核{n}个",
        "open": "尚在整改{n}个",
        "referred": "已移交处置{n}个",
        "overdue": "尚在整改的问题中，逾期未完成的{findings}个，涉及{institutions}家机构。",
        "left": "尚未销号的问题：{items}。",
        "measures": "主要整改措施：{measures}。",
        "deployment": (
            "{year}年度，{unit}按照医养结合机构服务质量提升行动部署，组织辖区内{parts}{institutions}家医养结合机构开展"
            "全面自查、整改核查和总结提升工作。"
        ),
        "parts": "{n}个{kind}的",
        "no_institutions": "截至{day}，辖区内无医养结合机构。",
        "plan": "年度工作计划确定的目标：{text}",
        "organisation": "组织保障：{text}",
        "base": "截至{day}，辖区内共有医养结合机构{institutions}家，医疗床位{beds}张，家庭病床{home_beds}张。",
        "missing_beds": "其中{n}家机构的床位数尚未经县级核查，未计入床位总数。",
        "spread": "机构分布：{parts}。",
        "part_count": "{name}{n}家",
        "selfchecked": "截至{day}，开展自查的机构{n}家，占机构总数的{share}。",
        "all_selfchecked": "辖区内机构已全部开展自查。",
        "not_selfchecked": "尚未开展自查的机构{n}家，分布情况：{parts}。",
        "verified": "县级卫生健康行政部门已完成核查的机构{n}家，占已自查机构的{share}。",
        "no_problems": "截至{day}，未发现问题。",
        "all_found": "截至{day}，各渠道共发现问题{findings}个，涉及{institutions}家机构。按来源分：{sources}。",
        "count": "{name}{n}个",
        "sections": "按内容分：{sections}。",
        "concentrated": "问题较为集中的项目：{items}。",
        "no_rectification": "截至{day}，未发现问题，无整改事项。",
        "overdue_parts": "逾期未整改问题的分布：{parts}。",
        "spot_checked": "截至{day}，省级对辖区内{n}家机构开展了实地抽查。",
        "no_spot_check": "截至{day}，省级未在辖区内开展实地抽查。",
        "spot_found": "抽查发现问题{findings}个，涉及{institutions}家机构；其中已整改销号{closed}个。",
        "spot_clean": "抽查未发现问题。",
        "other_sources": "此外，{sources}。",
        "source_count": "{name}发现问题{n}个",
        "no_practices": "截至{day}，尚未发布典型案例和经验做法。",
        "typical_cases": "发布典型案例{n}个：{titles}。",
        "good_practices": "发布经验做法{n}个：{titles}。",
        "title": "《{title}》",
        "next_overdue": "对逾期未完成整改的{n}个问题逐一督办，明确责任和时限，限期整改到位",
        "next_left": "对尚未销号的{n}个问题持续跟踪，落实复核销号",
        "next_common": "对{problems}等普遍性问题统一研究解决",
        "next_missing": "督促尚未开展自查的{n}家机构尽快完成自查并上报",
        "next_keep": "巩固自查整改成果，健全医养结合机构服务质量管理长效机制，持续提升服务质量",
        "ordinals": "一二三四五六七八九",
        "step": "{ordinal}是{text}",
        "steps": "{steps}。",
    },
)

ENGLISH = Words(
    language="en",
    comma=", ",
    semicolon="; ",
    sources={
        "self_check": "self-check",
        "county": "county verification",
        "region": "regional spot-check",
        "nation": "national spot-check",
        "complaint": "complaints",
        "inspector": "inspectors",
    },
    phrases={
        "item": "item {no} “{name}”",
        "facet": "“{name}” (item {no})",
        "item_count": "{item}: {findings} (institutions: {institutions})",
        "facet_count": "{problem}, institutions: {institutions}",
        "case": "{institution}: {problem}",
        "none": "{about}: no findings as of {day}.",
        "nothing_to_rectify": "{about}: no findings as of {day}, nothing to rectify.",
        "found": "{about}: as of {day}, findings: {findings}, institutions concerned: {institutions}.",
        "items": "By check item: {items}.",
        "common": "Common problems (in at least {least} institutions): {problems}.",
        "typical": "Typical: {cases}.",
        "all_closed": "All findings ({findings}) have been rectified and closed by the counties.",
        "standing": "Of {findings} findings: {parts}; share closed: {share}.",
        "closed": "closed: {n}",
        "fixed": "rectified, awaiting the county: {n}",
        "open": "being rectified: {n}",
        "referred": "referred: {n}",
        "overdue": "Of those being rectified, overdue: {findings}, institutions concerned: {institutions}.",
        "left": "Not closed: {items}.",
        "measures": "Main measures: {measures}.",
        "deployment": (
            "In {year}, {unit} organised the self-check, the verification and rectification, and the summary under the "
            "service-quality improvement action; institutions: {institutions}{parts}."
        ),
        "parts": ", {kind}: {n}",
        "no_institutions": "As of {day} there are no institutions in the jurisdiction.",
        "plan": "Goals of the year’s work plan: {text}",
        "organisation": "Organisation: {text}",
        "base": "As of {day}: institutions {institutions}, medical beds {beds}, home sickbeds {home_beds}.",
        "missing_beds": "The beds of {n} of them have not been verified and are not in the totals.",
        "spread": "Institutions by area: {parts}.",
        "part_count": "{name} {n}",
        "selfchecked": "As of {day}, institutions that have self-checked: {n} ({share}).",
        "all_selfchecked": "All institutions have self-checked.",
        "not_selfchecked": "Institutions that have not: {n}. By area: {parts}.",
        "verified": "Institutions verified by the counties: {n} ({share} of those self-checked).",
        "no_problems": "No findings as of {day}.",
        "all_found": (
            "As of {day}, findings from all sources: {findings}, institutions concerned: {institutions}. "
            "By source: {sources}."
        ),
        "count": "{name} {n}",
        "sections": "By subject: {sections}.",
        "concentrated": "Most frequent items: {items}.",
        "no_rectification": "No findings as of {day}, nothing to rectify.",
        "overdue_parts": "Overdue by area: {parts}.",
        "spot_checked": "As of {day}, institutions spot-checked on site by the region: {n}.",
        "no_spot_check": "As of {day}, the region has not spot-checked on site here.",
        "spot_found": "Findings: {findings}, institutions concerned: {institutions}; closed: {closed}.",
        "spot_clean": "The spot-checks made no findings.",
        "other_sources": "Besides: {sources}.",
        "source_count": "findings from {name}: {n}",
        "no_practices": "As of {day}, no typical cases or good practices have been published.",
        "typical_cases": "Typical cases published: {n}: {titles}.",
        "good_practices": "Good practices published: {n}: {titles}.",
        "title": "“{title}”",
        "next_overdue": "supervise each overdue finding ({n}) until it is rectified",
        "next_left": "follow the findings that are not closed ({n}) to their closing",
        "next_common": "find joint solutions for {problems}",
        "next_missing": "urge the institutions that have not self-checked ({n}) to do so",
        "next_keep": "keep up what was achieved and keep improving the quality of service",
        "ordinals": "123456789",
        "step": "({ordinal}) {text}",
        "steps": "{steps}.",
    },
)
