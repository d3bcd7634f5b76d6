"""The words of the roster file: its sheets, columns, kinds of unit and roles, each in Chinese and in English.

They belong to the file format and not to the interface: a file that was filled in last year must still be read when
a translation changes, and on either language of the page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cases.models import OrgUnit
from cases.roles import RULES, Role


@dataclass(frozen=True)
class Column:
    """One column: its key, its header in both languages, further headers that people write, whether it must exist."""

    key: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    required: bool = True
    width: int = 18

    @property
    def names(self) -> tuple[str, ...]:
        return (self.zh, self.en, *self.also)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title in both languages and its columns in the order of the template."""

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.zh, self.en, *self.also)


UNITS = Sheet(
    "units",
    "机构",
    "Institutions",
    (
        Column("code", "机构编码", "Code", ("编码", "统一编码")),
        Column("name", "机构名称", "Name", ("名称",), width=30),
        Column(
            "superior", "上级单位编码", "Superior", ("所属县（市、区）代码", "所属县（市、区）", "上级单位", "上级编码")
        ),
        Column("kind", "类型", "Kind", ("机构类型",)),
        Column("division", "行政区划", "Division", ("行政区划名称",), required=False),
        Column("opened_on", "启用日期", "Valid from", width=14),
        Column("closed_on", "停用日期", "Valid until", width=14),
    ),
    ("单位",),
)
PEOPLE = Sheet(
    "people",
    "人员",
    "People",
    (
        Column("login", "登录名", "Login", ("账号", "Account")),
        Column("name", "姓名", "Name", width=14),
        Column("phone", "联系电话", "Phone", ("电话", "手机"), required=False),
        Column("unit", "单位编码", "Unit code", ("机构编码", "所在单位编码")),
        Column("role", "角色", "Role", width=22),
        Column("valid_from", "任职起", "Valid from", ("任职开始",), width=14),
        Column("valid_until", "任职止", "Valid until", ("任职结束",), width=14),
    ),
)
SHEETS = (UNITS, PEOPLE)
GUIDE = ("填写说明", "Instructions")
EXAMPLE = ("示例", "example")  # a row whose first cell begins so shows how to fill in and is not read

KINDS: dict[str, tuple[str, ...]] = {
    OrgUnit.Kind.INSTITUTION: ("医养结合机构", "IMEC institution"),
    OrgUnit.Kind.HOSPITAL: ("医院", "Hospital"),
    OrgUnit.Kind.COMMUNITY_CENTRE: ("社区卫生服务中心", "Community health centre"),
    OrgUnit.Kind.GUIDANCE_CENTRE: ("老年健康指导中心", "Health guidance centre for older people", "指导中心"),
    OrgUnit.Kind.FINANCE_BUREAU: ("财政局", "Finance bureau"),
    OrgUnit.Kind.COUNTY: (
        "县级卫生健康委",
        "County health commission",
        "县级卫健委",
        "县（市、区）卫生健康委",
        "县（市、区）",
    ),
    OrgUnit.Kind.PREFECTURE: (
        "地（州、市）卫生健康委",
        "Prefecture health commission",
        "地（州、市）卫健委",
        "地（州、市）",
    ),
    OrgUnit.Kind.REGION: ("自治区卫生健康委", "Regional health commission", "自治区卫健委", "省级卫健委", "自治区"),
    OrgUnit.Kind.NATION: ("国家卫生健康委", "National health commission", "国家卫健委", "国家"),
}
AUTHORITIES = (OrgUnit.Kind.NATION, OrgUnit.Kind.REGION, OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)
_COUNTY, _PREFECTURE = OrgUnit.Kind.COUNTY, OrgUnit.Kind.PREFECTURE
SUPERIOR_KINDS: dict[str, tuple[str, ...]] = {
    OrgUnit.Kind.REGION: (OrgUnit.Kind.NATION,),
    OrgUnit.Kind.PREFECTURE: (OrgUnit.Kind.REGION,),
    OrgUnit.Kind.COUNTY: (_PREFECTURE,),
    OrgUnit.Kind.INSTITUTION: (_COUNTY,),
    OrgUnit.Kind.HOSPITAL: (_COUNTY, _PREFECTURE),  # a city hospital belongs to the city
    OrgUnit.Kind.COMMUNITY_CENTRE: (_COUNTY,),
    OrgUnit.Kind.GUIDANCE_CENTRE: (_COUNTY, _PREFECTURE),
    OrgUnit.Kind.FINANCE_BUREAU: (_COUNTY, _PREFECTURE),
}

ROLES: dict[str, tuple[str, ...]] = {
    Role.INSTITUTION_FILLER: ("填报人", "Institution filler", "机构填报人"),
    Role.INSTITUTION_HEAD: ("机构负责人", "Institution head", "负责人"),
    Role.COUNTY_OFFICER: ("县级经办人", "County officer", "县级卫健委经办人", "经办人"),
    Role.COUNTY_APPROVER: ("县级审核人", "County approver", "县级卫健委审核人", "审核人"),
    Role.PREFECTURE_OFFICER: ("地市级经办人", "Prefecture officer", "地（州、市）卫健委经办人", "经办人", "地州经办人"),
    Role.PREFECTURE_HEAD: ("地市级负责人", "Prefecture head", "地（州、市）卫健委负责人", "负责人", "地州负责人"),
    Role.REGION_OFFICER: ("省级经办人", "Region officer", "自治区卫健委经办人", "经办人", "自治区经办人"),
    Role.REGION_HEAD: ("省级负责人", "Region head", "自治区卫健委负责人", "负责人", "自治区负责人"),
    Role.REGION_EXPERT: ("自治区抽查专家", "Regional expert"),
    Role.NATION_OFFICER: ("国家级经办人", "National officer"),
    Role.NATIONAL_EXPERT: ("国家抽查专家", "National expert"),
    Role.ALLIANCE_OFFICER: ("联合体办公室", "Alliance office", "管委会办公室"),
    Role.MEMBER_OFFICER: ("成员单位经办人", "Member’s office", "成员单位"),
    Role.REFERRAL_CONTACT: ("转诊联络人", "Referral contact", "双向转诊联络人"),
    Role.CENTRE_OFFICER: ("指导中心经办人", "Guidance centre officer"),
    Role.FINANCE_OFFICER: ("财政经办人", "Finance officer", "财政局经办人"),
    Role.INSPECTOR: ("监督检查人员", "Inspector"),
    Role.SYSTEM_ADMIN: ("系统管理员", "System administrator"),
    Role.SECURITY_ADMIN: ("安全保密管理员", "Security administrator", "安全管理员"),
    Role.AUDITOR: ("审计员", "Auditor", "安全审计员"),
}
GRANTED_SEPARATELY = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.INSPECTOR})


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A word as it is compared: full-width and half-width alike, no white space, no required-mark, no case."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if not char.isspace() and char not in "*、,").casefold()


def recognised(word: str, names: Iterable[str]) -> bool:
    return folded(word) in {folded(name) for name in names}


def kind_named(word: str) -> str | None:
    """The kind of unit that a word of the file means."""
    wanted = folded(word)
    return next((kind for kind, names in KINDS.items() if wanted in {kind, *map(folded, names)}), None)


def roles_named(word: str) -> list[str]:
    """The roles that a word of the file may mean: 经办人 alone is decided by the unit."""
    wanted = folded(word)
    return [role for role, names in ROLES.items() if wanted in {role, *map(folded, names)}]


def role_at(word: str, kind: str) -> str | None:
    """The role that a word means at a kind of unit; None where it may not be held there."""
    return next((role for role in roles_named(word) if kind in RULES[role].kinds), None)


def word_for(names: tuple[str, ...], language: str) -> str:
    """The word that the template uses, in the language of the page."""
    return names[1] if language.startswith("en") else names[0]
