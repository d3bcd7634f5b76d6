"""Fonts beside those of the system: the directories that YIYANG_FONT_DIRS names."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from cases.paper import MissingChineseFont, fonts, report_pdf
from scripts.provision import find_font


@pytest.fixture
def bare_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without any font of its own."""
    monkeypatch.setattr(typst, "Fonts", functools.partial(typst.Fonts, include_system_fonts=False))
    monkeypatch.setattr(typst, "compile", functools.partial(typst.compile, ignore_system_fonts=True))
    fonts.installed.cache_clear()
    yield
    fonts.installed.cache_clear()


@pytest.mark.font
def test_a_font_in_a_directory_that_the_settings_name_sets_the_paper(
    settings: Any, tmp_path: Path, bare_system: None
) -> None:
    settings.FONT_DIRS = []
    with pytest.raises(MissingChineseFont):
        report_pdf("自查整改报告", "康宁护理院", 2021, "一、基本情况", None)
    font = find_font().path
    (tmp_path / font.name).symlink_to(font)
    settings.FONT_DIRS = [str(tmp_path)]
    pdf = report_pdf("自查整改报告", "康宁护理院", 2021, "一、基本情况", None)
    assert "基本情况" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
