"""An institution's year in the browser: its filler at the desk, its head on the phone."""

from __future__ import annotations

import io
import re

from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys.personas import (
    add_evidence,
    choose,
    downloaded,
    fill_basic,
    fill_problem,
    item,
    picture,
    progress,
    rectify,
)


def the_filler_fills_in(page: Page) -> None:
    """Thirty items, two problems, one item that does not apply, and a report; something is forgotten at first."""
    page.get_by_role("link", name="去填写").first.click()
    fill_basic(page, "天山区康宁护理院")
    for no in range(1, 30):
        if no not in (8, 16, 18):
            choose(page, no, "符合")
    item(page, 13).get_by_label("老年人年体检次数").fill("1")
    item(page, 22).get_by_label("Ⅱ度及以上压疮在院新发生率").fill("1.2")
    item(page, 26).get_by_label("“三基”考核达标率").fill("100")
    choose(page, 16, "不适用")
    item(page, 16).get_by_label("不适用理由").fill("本院不使用麻醉药品和精神药品。")
    choose(page, 8, "存在问题")
    fill_problem(page, 8, 问题描述="一台除颤仪电池过期。", 整改措施="已更换电池并登记。", 责任人="设备科 马国强")
    item(page, 8).get_by_label(re.compile("^整改方式")).select_option(label="立行立改")
    item(page, 8).get_by_label(re.compile("^已当场整改")).check()
    add_evidence(page, 8, "新电池.png")
    choose(page, 18, "符合")
    item(page, 18).get_by_label("病历记录合格率", exact=True).first.fill("97.2")
    item(page, 18).get_by_label("医嘱、处方合格率", exact=True).first.fill("96")
    expect(item(page, 18)).to_contain_text("该项不能选“符合”")
    choose(page, 18, "存在问题")
    item(page, 18).get_by_role("checkbox", name="病历记录合格率").check()
    fill_problem(
        page,
        18,
        问题描述="抽查36份病历，1份入院记录未按时完成。",
        整改措施="每周抽查10份病历。",
        责任人="医务科 刘志远",
    )
    item(page, 18).get_by_label(re.compile("^整改方式")).select_option(label="限期整改")
    item(page, 18).get_by_label(re.compile("^整改时限")).fill("2021-06-30")
    add_evidence(page, 18, "病历首页.png")
    expect(progress(page)).to_contain_text("29/30")
    page.reload()
    expect(item(page, 18).get_by_label(re.compile("^问题描述"))).to_have_value("抽查36份病历，1份入院记录未按时完成。")
    progress(page).get_by_role("link", name=re.compile("^自查整改报告")).click()
    page.get_by_role("button", name="按自查结果拟稿").click()
    report = page.get_by_role("textbox", name=re.compile("自查整改报告"))
    expect(report).to_have_value(re.compile("除颤仪"))
    report.press("ControlOrMeta+End")
    page.keyboard.type("\n以上报告内容属实。")
    expect(page.get_by_role("status").filter(has_text="已自动保存")).to_be_visible()
    page.get_by_role("link", name="核对答案").click()
    page.get_by_role("button", name="提请负责人确认").click()
    expect(page.get_by_role("alert")).to_contain_text("还有 1 处需要补充或更正")
    page.get_by_role("alert").get_by_role("link", name=re.compile("^第 30 项")).click()
    expect(item(page, 30)).to_be_in_viewport()
    choose(page, 30, "符合")
    expect(progress(page)).to_contain_text("30/30")
    progress(page).get_by_role("link", name=re.compile("^自查整改报告")).click()
    page.get_by_role("button", name="按自查结果重新拟稿").click()
    page.get_by_role("button", name="用新稿替换现有文字").click()
    expect(page.get_by_role("textbox", name=re.compile("自查整改报告"))).to_have_value(re.compile("符合27项"))
    page.get_by_role("link", name="核对答案").click()
    page.get_by_role("button", name="提请负责人确认").click()
    expect(page.get_by_text("已提请负责人确认。")).to_be_visible()


def the_head_seals_and_submits(page: Page) -> None:
    """On the phone: the paper is fetched, sealed and scanned; without the scan nothing goes out."""
    page.get_by_role("link", name="确认并报送").first.click()
    pdf = downloaded(page, page.get_by_role("link", name="自查整改表 PDF"))
    assert pdf.startswith(b"%PDF-")
    text = "".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages).split())
    word = downloaded(page, page.get_by_role("link", name="自查整改表 Word"))
    cells = {cell.text for table in Document(io.BytesIO(word)).tables for row in table.rows for cell in row.cells}
    for written in (
        "医疗机构具有相应资质。",
        "存在问题：一台除颤仪电池过期。",
        "不适用：本院不使用麻醉药品和精神药品。",
    ):
        assert written in text
        assert written in cells
    page.get_by_label("本人已核对自查整改表和报告").check()
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请上传本版本的盖章件")
    expect(page.get_by_label("本人已核对自查整改表和报告")).to_be_checked()
    upload_the_scan(page, "签章扫描件.png")
    submit_to_the_county(page)


def upload_the_scan(page: Page, name: str) -> None:
    page.get_by_label("签章后的扫描件或照片").set_input_files(picture(name))
    page.get_by_role("button", name="上传签章件").click()
    expect(page.get_by_text("签章扫描件已上传。")).to_be_visible()


def submit_to_the_county(page: Page) -> None:
    page.get_by_label("本人已核对自查整改表和报告").check()
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_text("已提交县级卫生健康委。")).to_be_visible()


def the_filler_supplements(page: Page) -> None:
    """The reason stands in the inbox and at the item."""
    expect(page.get_by_text("请补充处方抽查情况，并写明涉及的病历号。").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^去补正")).first.click()
    expect(item(page, 18)).to_contain_text("请补充处方抽查情况，并写明涉及的病历号。")
    fill_problem(page, 18, 问题描述="抽查36份病历，1份（病历号21-0317）入院记录未按时完成；抽查50张处方，2张不合格。")
    expect(page.get_by_role("status").filter(has_text="已自动保存")).to_be_visible()
    progress(page).get_by_role("link", name="核对并提交").click()
    expect(page.get_by_text("签章后内容已改动，须重新签章")).to_be_visible()
    page.get_by_role("button", name="提请负责人确认").click()
    expect(page.get_by_text("已提请负责人确认。")).to_be_visible()


def the_head_seals_again(page: Page) -> None:
    """The first seal shows another content."""
    page.get_by_role("link", name="确认并报送").first.click()
    page.get_by_label("本人已核对自查整改表和报告").check()
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请上传本版本的盖章件")
    upload_the_scan(page, "第二次签章.png")
    expect(page.get_by_text("与当前内容一致")).to_be_visible()
    submit_to_the_county(page)


def the_filler_rectifies(page: Page) -> None:
    """Three findings are left to the institution, each with what was done and a picture of it."""
    before_and_after = [("整改前", "处方整改前.png"), ("整改后", "处方整改后.png")]
    rectify(page, "2021-650102-0002", "医务科 刘志远", "已补查处方50张，逐张整改，复查合格。", before_and_after)
    rectify(page, "2021-650102-0003", "后勤科 孙伟", "扶手已补装，后勤科验收合格。", [("整改后", "扶手.png")])
    rectify(page, "2021-650102-0004", "药剂科 吴倩", "已建专用账册，双人双锁。", [("整改后", "账册.png")])


def the_filler_rectifies_again(page: Page) -> None:
    expect(page.get_by_text("照片看不清处方日期，请重新拍照。").first).to_be_visible()
    rectify(page, "2021-650102-0002", "医务科 刘志远", "已重新拍照，日期清晰可见。", [("整改后", "处方日期.png")])
