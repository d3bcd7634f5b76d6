"""A pilot's people in their browsers, from the application to the outcome: office, commission, member, bureau."""

from __future__ import annotations

import io
import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys.personas import downloaded

NAME = "拱墅区紧密医养联合体"
PLAN = "一、目标\n到2021年4月建立双向转诊机制。\n二、任务\n牵头医院每月到成员单位会诊。"
AGREEMENT = "甲方：市老年病医院\n乙方：各成员单位\n一、责任\n甲方负责技术指导。"
BETTER = "\n二、期限\n协议自2020年3月1日起三年有效。"
SUMMARY = "试点一年：双向转诊、下沉会诊按方案开展，信息互通。"
EXPERIENCE = "一、固定会诊日\n二、转诊联络人24小时响应"
PATIENT = "欧阳翠兰"
CONDITION = "跌倒后右髋疼痛三日"


def sound(page: Page) -> None:
    """Nothing for axe to find, and nothing that runs out of the page at the side."""
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def open_pilot(page: Page) -> None:
    """From anywhere to the page of the pilot, by the list of pilots."""
    page.get_by_role("navigation").get_by_role("link", name=re.compile("^试点(项目)?$")).filter(
        visible=True
    ).first.click()
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=NAME)).to_be_visible()


def open_work(page: Page, of: str = NAME) -> None:
    """From the inbox to the one thing that waits there."""
    page.get_by_role("row").filter(has_text=of).get_by_role("link").first.click()


def said(page: Page, words: str) -> None:
    expect(page.locator("#messages")).to_contain_text(words)


def next_is(page: Page, task: str, whom: str) -> None:
    """The page says what is to be done next, and by whom."""
    turn = page.get_by_role("region", name="下一步", exact=True)
    expect(turn).to_contain_text(task)
    expect(turn).to_contain_text(whom)


def unfold(page: Page, words: str) -> None:
    """What stands folded under these words."""
    page.locator("summary").filter(has_text=words).click()


def part(page: Page, name: str) -> None:
    """One of the parts of the pilot, from its page."""
    page.get_by_role("navigation", name="试点内容").get_by_role("link", name=name).click()


def the_office_applies(page: Page) -> None:
    """Name, structure and members on one page; what the rules refuse keeps all that was typed."""
    page.get_by_role("link", name="试点项目").first.click()
    page.get_by_role("link", name="紧密医养联合体试点", exact=True).click()
    page.get_by_role("link", name="申报试点").click()
    page.get_by_label("联合体名称").fill(NAME)
    page.get_by_label("三级紧密医养联合体").check()
    page.get_by_label("申报理由").fill("方便就近，已有协作基础。")
    members = [("米市巷街道社区卫生服务中心", "社区卫生服务中心"), ("和睦养老服务中心", "医养结合机构")]
    for number, (unit, tier) in enumerate(members, 1):
        row = page.get_by_role("group", name=f"成员单位 {number}", exact=True)
        row.get_by_label("单位").select_option(label=unit)
        row.get_by_label("层级").select_option(label=tier)
        row.get_by_label("协议").fill("合作协议")
        row.get_by_label("生效日期").fill("2020-03-01")
    hospital = page.get_by_role("group", name="成员单位 2", exact=True).get_by_label("设有护理院或医院")
    hospital.check()
    page.get_by_role("button", name="报送申报").click()
    expect(page.get_by_role("alert").first).to_contain_text("直接")
    expect(page.get_by_label("申报理由")).to_have_value("方便就近，已有协作基础。")
    sound(page)
    hospital.uncheck()
    page.get_by_role("button", name="报送申报").click()
    said(page, "申报已报送市卫生健康委。")
    next_is(page, "确定试点或不予确定", "杭州市卫生健康委")


def the_head_selects(page: Page) -> None:
    open_work(page)
    expect(page.get_by_text("方便就近，已有协作基础。")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="确定为试点").click()
    said(page, "已确定为试点")
    next_is(page, "报备实施方案和协议书", "市老年病医院")


def the_office_files(page: Page) -> None:
    """The working group on the pilot's page, plan and agreement each on theirs."""
    open_pilot(page)
    unfold(page, "建立工作小组")
    page.get_by_label("工作小组").fill("组长：许院长；成员：各成员单位负责人。")
    page.get_by_role("button", name="建立工作小组").click()
    said(page, "工作小组已登记。")
    for kind, text in (("实施方案", PLAN), ("协议书", AGREEMENT)):
        open_pilot(page)
        part(page, "备案")
        page.get_by_role("region", name=kind).get_by_role("link", name="第1版").click()
        _write_and_file(page, text)
    sound(page)


def _write_and_file(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="内容").fill(text)
    expect(page.locator("#save-draft")).to_contain_text("已自动保存")
    page.get_by_role("button", name="报市卫生健康委备案").click()
    said(page, "已报市卫生健康委")


def _filed(page: Page, kind: str) -> None:
    """From the inbox to a filing that waits there."""
    page.get_by_role("link", name="待办").first.click()
    page.get_by_role("row").filter(has_text=kind).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(kind))


def the_officer_returns_the_agreement(page: Page) -> None:
    """The plan goes on file; of the agreement the reason says what is missing."""
    _filed(page, "实施方案")
    page.get_by_role("button", name="予以备案").click()
    said(page, "已备案")
    _filed(page, "联合体协议书")
    unfold(page, "退回牵头医院")
    page.get_by_role("button", name="退回牵头医院").click()
    expect(page.get_by_role("alert").first).to_contain_text("原因")
    page.get_by_label("原因").fill("请写明协议期限。")
    page.get_by_role("button", name="退回牵头医院").click()
    said(page, "已退回牵头医院办公室")
    sound(page)


def the_office_files_again(page: Page) -> None:
    """The reason stands above what was written."""
    _filed(page, "联合体协议书")
    expect(page.get_by_role("main")).to_contain_text("请写明协议期限。")
    _write_and_file(page, AGREEMENT + BETTER)


def the_officer_accepts(page: Page) -> None:
    _filed(page, "联合体协议书")
    page.get_by_role("button", name="予以备案").click()
    said(page, "自即日起有效")


def the_member_enters_an_activity(page: Page) -> None:
    """On the phone, where it took place."""
    open_pilot(page)
    expect(page.locator("[aria-current=step]")).to_contain_text("实践阶段")
    part(page, "活动登记")
    page.get_by_role("link", name="登记活动").first.click()
    page.get_by_role("link", name="讲座、学术会议").click()
    page.get_by_label("活动内容").fill("老年人跌倒预防")
    page.get_by_label("起始日").fill("2020-05-28")
    page.get_by_label("参加人数").fill("32")
    sound(page)
    page.get_by_role("button", name="登记", exact=True).click()
    said(page, "已登记：老年人跌倒预防。")
    sound(page)


def the_survey_begins(page: Page) -> None:
    open_pilot(page)
    part(page, "满意度调查")
    page.get_by_role("button", name="开始调查").click()
    said(page, "调查已开始。")


def the_office_makes_a_link(page: Page) -> str:
    """A sheet to cut up; the path of the one link on it."""
    open_pilot(page)
    part(page, "满意度调查")
    links = page.get_by_role("region", name="纸质调查链接")
    links.get_by_label("患者和入住老年人").check()
    links.get_by_label("链接数量").fill("1")
    sheet = downloaded(page, links.get_by_role("button", name="生成链接"))
    text = "".join("".join(each.extract_text() for each in PdfReader(io.BytesIO(sheet)).pages).split())
    found = re.search(r"/survey/[\w-]+/", text)
    assert found is not None
    return found.group()


def a_resident_answers_once(page: Page, link: str) -> None:
    """Without an account; the second time the link says that it has been used."""
    page.goto(link)
    sound(page)
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("答卷已计入")
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 409
    expect(page.get_by_role("alert")).to_contain_text("此链接已使用")
    expect(page.get_by_role("button")).to_have_count(0)


def the_survey_ends(page: Page) -> None:
    """Answers from paper are added, and the share stands."""
    open_pilot(page)
    part(page, "满意度调查")
    entering = page.get_by_role("region", name="录入纸质答卷")
    entering.get_by_label("成员单位行政人员、医务人员").check()
    entering.get_by_label("满意", exact=True).fill("19")
    entering.get_by_role("button").click()
    said(page, "答卷已录入。")
    page.get_by_role("button", name="结束调查").click()
    said(page, "调查已结束，满意占比已确定。")
    expect(page.get_by_role("main")).to_contain_text("100 %")


def the_office_reports(page: Page) -> None:
    open_work(page)
    page.get_by_role("textbox", name="总结报告").fill(SUMMARY)
    page.get_by_role("button", name="报送总结报告").click()
    said(page, "现可开始评分")
    sound(page)


def the_head_promotes(page: Page) -> None:
    open_work(page)
    sound(page)
    page.get_by_role("button", name="予以推广").click()
    expect(page.get_by_role("region", name="办理结果")).to_contain_text("已推广")


def the_officer_holds_the_exchange(page: Page) -> None:
    open_work(page)
    page.get_by_label("交流会日期").fill("2021-06-10")
    page.get_by_label("交流情况").fill("牵头医院介绍做法，各区交流。")
    page.get_by_role("button", name="登记总结交流会").click()
    said(page, "下一步由委领导决定")


def the_officer_publishes(page: Page) -> None:
    open_pilot(page)
    page.get_by_role("link", name="发布试点经验").click()
    page.get_by_label("试点经验").fill(EXPERIENCE)
    page.get_by_role("button", name="发布试点经验").click()
    said(page, "已发布")
    sound(page)


def the_district_reads(page: Page) -> None:
    """Also one that took no part; the pilot itself stays with those who did."""
    page.get_by_role("link", name="试点经验").first.click()
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("转诊联络人24小时响应")
    expect(page.get_by_role("link", name="查看试点")).to_have_count(0)
    sound(page)


def refuses(page: Page, place: str, status: int) -> Any:
    answer = page.goto(place)
    assert answer is not None
    assert answer.status == status
