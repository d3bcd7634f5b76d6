"""A county's year in the browser: its officer verifies, reviews and closes, its approver approves."""

from __future__ import annotations

import io
import re

import openpyxl
from playwright.sync_api import Page, expect

from tests.journeys.personas import close, downloaded, open_finding, open_item, verified

NUMBERS = [f"2021-650102-000{no}" for no in (1, 2, 3, 4)]


def the_officer_returns_an_item(page: Page) -> None:
    """Side by side with what the institution says; what is missing is said of one item, the rest is agreed to."""
    page.get_by_role("link", name=re.compile("^去核查")).click()
    open_item(page, 18)
    theirs = page.get_by_role("region", name="机构自查")
    expect(theirs).to_contain_text("97.2")
    expect(theirs.get_by_role("link", name="病历首页.png", exact=True)).to_be_visible()
    page.get_by_role("button", name="退回本项…").click()
    page.get_by_label("退回原因").fill("请补充处方抽查情况，并写明涉及的病历号。")
    page.get_by_role("button", name="退回本项…").click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^第 19 项"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^认可其余无问题项")).click()
    page.get_by_role("button", name=re.compile("^认可这 27 项")).click()
    verified(page, 28)
    page.get_by_role("link", name="退回机构…").click()
    page.get_by_role("region", name="退回机构").get_by_role("button", name="退回机构").click()
    expect(page.get_by_text("已退回天山区康宁护理院")).to_be_visible()


def the_officer_concludes(page: Page) -> None:
    """Only what has changed is looked at; one problem more, one answer not accepted, and the visit is put on record."""
    page.get_by_role("link", name=re.compile("^去核查")).click()
    page.get_by_role("link", name=re.compile("^只看变化")).click()
    expect(page.locator("#progress").get_by_role("link", name=re.compile("^第 .* 项"))).to_have_count(1)
    expect(page.get_by_role("region", name="机构自查")).to_contain_text("病历号21-0317")
    page.get_by_role("button", name="问题入台账").click()
    page.get_by_role("link", name="返回逐项核查").click()
    open_item(page, 4)
    page.get_by_label("另有新问题", exact=True).check()
    page.get_by_label("问题描述").fill("二楼走廊扶手缺失两处。")
    page.get_by_label("整改措施").fill("补装扶手。")
    page.get_by_role("button", name="问题入台账").click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^第 8 项"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^认可并下一项")).click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^第 16 项"))).to_be_visible()
    page.get_by_label("不认可", exact=True).check()
    page.get_by_label("核查意见").fill("现场发现药房存有两种第二类精神药品。")
    page.get_by_label("问题描述").fill("第二类精神药品未建专用账册。")
    page.get_by_label("整改措施").fill("建立专用账册，双人双锁管理。")
    page.get_by_role("button", name="问题入台账").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("^核查结论"))).to_be_visible()
    page.get_by_label("现场核查", exact=True).check()
    page.get_by_role("button", name="通过核查，提交审核人").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写现场核查日期。")
    page.get_by_label("现场核查日期").fill("2021-05-19")
    page.get_by_label("参加核查人员").fill("陈立新、王海燕")
    page.get_by_role("button", name="通过核查，提交审核人").click()
    expect(page.get_by_text("天山区康宁护理院的核查已提交审核人。")).to_be_visible()


def the_approver_approves(page: Page) -> None:
    """What approving does to the ledger is said before it is done; closing is not the approver's."""
    page.get_by_role("link", name=re.compile("^去审核")).click()
    expect(page.get_by_role("region", name=re.compile("台账"))).to_contain_text("二楼走廊扶手缺失两处。")
    page.get_by_role("button", name="通过核查").click()
    expect(page.get_by_text("核查已通过：天山区康宁护理院按整改台账整改。")).to_be_visible()
    page.get_by_role("link", name="整改台账").first.click()
    expect(page.get_by_role("row").filter(has_text="650102-00")).to_have_count(4)
    page.get_by_role("row").filter(has_text="除颤仪").get_by_role("link").first.click()
    expect(page.get_by_role("button", name=re.compile("销号|退回"))).to_have_count(0)


def the_officer_reviews(page: Page) -> None:
    """Three are closed; one picture shows too little."""
    for number in ("2021-650102-0001", "2021-650102-0003", "2021-650102-0004"):
        close(page, number)
    open_finding(page, number="2021-650102-0002")
    page.get_by_role("button", name="退回（需填原因）").click()
    expect(page.get_by_role("alert")).to_contain_text("原因")
    page.get_by_label("复核意见 / 退回原因").fill("照片看不清处方日期，请重新拍照。")
    page.get_by_role("button", name="退回（需填原因）").click()
    expect(page.get_by_text("已退回机构。")).to_be_visible()


def the_officer_closes_the_last(page: Page) -> None:
    """With the last finding the year is verified; the closed ones go into an Excel file and stand in the file."""
    close(page, "2021-650102-0002")
    page.get_by_role("link", name="整改台账").first.click()
    page.get_by_label("状态").select_option(label="已销号")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("row").filter(has_text="已销号")).to_have_count(4)
    export = downloaded(page, page.get_by_role("link", name="导出 Excel（4 条）"))
    titles, *rows = openpyxl.load_workbook(io.BytesIO(export)).worksheets[0].iter_rows(values_only=True)
    lines = [dict(zip(titles, row, strict=True)) for row in rows]
    assert [line["编号"] for line in lines] == NUMBERS
    assert {line["状态"] for line in lines} == {"已销号"}
    assert [line["退回次数"] for line in lines] == [0, 1, 0, 0]
    assert lines[3]["整改结果"] == "已建专用账册，双人双锁。"
    page.get_by_role("link", name="机构档案").first.click()
    page.get_by_role("link", name="天山区康宁护理院").first.click()
    expect(page.get_by_role("row", name="2021 已核查办结 80 12 2 4 0")).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("^2021 年度问题"))).to_contain_text("二楼走廊扶手缺失两处。")
    expect(page.get_by_role("link", name="第二次签章.png")).to_be_visible()
