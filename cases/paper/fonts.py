"""Which installed typefaces a Chinese official document can be set in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal

SONG = (
    "SimSun",
    "NSimSun",
    "Songti SC",
    "STSong",
    "FZShuSong-Z01",
    "FZShuSong-Z01S",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "AR PL UMing CN",
    "AR PL SungtiL GB",
)
HEI = (
    "SimHei",
    "STHeiti",
    "Heiti SC",
    "FZHei-B01",
    "FZHei-B01S",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)
FANG = ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02", "FZFangSong-Z02S")
KAI = ("KaiTi_GB2312", "KaiTi", "STKaiti", "Kaiti SC", "FZKai-Z03", "FZKai-Z03S", "AR PL UKai CN")
XIAOBIAOSONG = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05")


class MissingChineseFont(Refusal):
    """No Chinese typeface is installed on the server: 503, with words on what to install."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "missing_chinese_font",
            _("The PDF cannot be made because no Chinese font is installed on the server."),
            hint=_(
                "Ask the administrator to install Noto CJK (Debian, Ubuntu: apt-get install fonts-noto-cjk; Fedora: "
                "dnf install google-noto-serif-cjk-fonts) or to copy SimSun or FangSong into the system's font folder, "
                "then try again. The Word file can be downloaded meanwhile."
            ),
        )


@dataclass(frozen=True)
class Typefaces:
    """Families by their part in an official document (GB/T 9704): title, first heading, second heading, body."""

    title: str
    heading: str
    subheading: str
    body: str


def choose(families: Iterable[str]) -> Typefaces:
    """The best of the installed families for each part; :class:`MissingChineseFont` if none can set Chinese."""
    installed = {family.casefold(): family for family in families}

    def first(*lists: tuple[str, ...]) -> str:
        for name in (name for names in lists for name in names):
            if name.casefold() in installed:
                return installed[name.casefold()]
        raise MissingChineseFont

    return Typefaces(
        title=first(XIAOBIAOSONG, SONG, HEI, FANG, KAI),
        heading=first(HEI, SONG, FANG, KAI),
        subheading=first(KAI, FANG, SONG, HEI),
        body=first(FANG, SONG, HEI, KAI),
    )


@lru_cache(maxsize=1)
def installed() -> Typefaces:
    """The typefaces of this machine and of the directories that the settings name.

    Only success is remembered: a font added later is found without a restart.
    """
    return choose(typst.Fonts(include_embedded_fonts=False, font_paths=settings.FONT_DIRS).families())
