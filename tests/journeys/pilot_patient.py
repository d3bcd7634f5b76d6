"""One patient's way up, on the phones of both contacts: asked for, accepted, arrived, closed with the priorities."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.pilot import CONDITION, PATIENT, open_pilot, part, said, sound, unfold


def the_member_asks(page: Page) -> None:
    """Who, why, in which condition, and with whose consent; afterwards the name is masked."""
    open_pilot(page)
    part(page, "双向转诊")
    page.get_by_role("link", name="转诊患者").first.click()
    page.get_by_label("姓名").fill(PATIENT)
    page.get_by_label("转诊原因").fill("疑似股骨颈骨折需手术评估")
    page.get_by_label("病情").fill(CONDITION)
    sound(page)
    page.get_by_role("button", name="提交转诊申请").click()
    expect(page.get_by_role("alert").first).to_contain_text("同意方式")
    expect(page.get_by_label("病情")).to_have_value(CONDITION)
    page.get_by_label("患者本人书面同意").check()
    page.get_by_role("button", name="提交转诊申请").click()
    said(page, "已提交")
    masked(page)
    sound(page)


def masked(page: Page) -> None:
    expect(page.get_by_role("region", name="患者", exact=True)).to_contain_text("已脱敏")
    expect(page.locator("body")).not_to_contain_text(PATIENT)
    expect(page.locator("body")).not_to_contain_text(CONDITION)


def _open_referral(page: Page) -> None:
    page.get_by_role("row").filter(has_text=re.compile("上转|转诊")).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1, name="上转")).to_be_visible()


def the_hospital_accepts(page: Page) -> None:
    """Reads who it is once, with a reason; then says where the patient comes."""
    _open_referral(page)
    masked(page)
    unfold(page, "查看个人信息")
    patient = page.get_by_role("region", name="患者", exact=True)
    patient.get_by_label("原因").fill("安排床位，核对病情")
    patient.get_by_role("button", name="查看个人信息").click()
    expect(patient).to_contain_text(PATIENT)
    expect(page.get_by_text("仅本次显示")).to_be_visible()
    page.get_by_role("link", name="重新脱敏").click()
    masked(page)
    page.get_by_label("科室").fill("骨科")
    page.get_by_label("床位").fill("12床")
    sound(page)
    page.get_by_role("button", name="接收", exact=True).click()
    said(page, "已接收，并告知转出方。")


def the_hospital_receives(page: Page) -> None:
    _open_referral(page)
    page.get_by_role("button", name="确认到院").click()
    said(page, "已记录到院。")


def the_member_closes(page: Page) -> None:
    """Whoever sent the patient says whether the three priorities were kept; one was not, and why."""
    _open_referral(page)
    page.get_by_role("group", name="优先预约专家、专科门诊").get_by_label("已落实", exact=True).check()
    page.get_by_role("group", name="优先安排检查").get_by_label("已落实", exact=True).check()
    page.get_by_role("group", name="优先安排住院").get_by_label("未落实", exact=True).check()
    page.get_by_label("住院治疗").check()
    page.get_by_role("button", name="办结", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("未落实的原因")
    page.get_by_label("未落实原因").last.fill("当日床位已满，次日入院")
    page.get_by_role("button", name="办结", exact=True).click()
    said(page, "转诊已办结。")
    expect(page.get_by_role("region", name="转诊", exact=True)).to_contain_text("当日床位已满，次日入院")
    sound(page)
