"""The scorecard of a pilot in the browser: three columns scored side by side, one joint score, countersigned."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.pilot import open_work, said, sound

SAVED = "已自动保存"


def row(page: Page, code: str) -> Locator:
    return page.locator(f"#{code}")


def the_office_submits(page: Page) -> None:
    """Its own assessment, one row of it last."""
    open_work(page)
    agreement = row(page, "agreement")
    for answer, points in (("责权利不明确、目标不明确、操作性差", "0"), ("责权利明确、目标明确、操作性强", "5")):
        agreement.get_by_role("combobox").select_option(label=answer)
        expect(agreement.locator(".score__got")).to_have_text(points)
    sound(page)
    page.get_by_role("button", name="提交评分").click()
    said(page, "评分已提交。")


def the_officer_deducts(page: Page) -> None:
    """A deduction without its reason is refused at its row; nobody sees another column meanwhile."""
    open_work(page)
    incentive = row(page, "incentive")
    incentive.get_by_role("combobox").select_option(label="出台但未有效执行")
    expect(incentive.locator(".card__got")).to_contain_text("3")
    page.get_by_role("button", name="提交评分").click()
    expect(page.get_by_role("alert").first).to_contain_text("评分尚不完整：有1项待处理。")
    incentive = row(page, "incentive")
    expect(incentive.get_by_role("alert")).to_be_visible()
    incentive.get_by_label("扣分理由").fill("激励办法已印发，2021年一季度未兑现。")
    expect(page.locator("#saved")).to_contain_text(SAVED)
    page.get_by_role("button", name="提交评分").click()
    said(page, "评分已提交。")


def the_bureau_scores(page: Page) -> None:
    """One row: how the money was used."""
    open_work(page)
    expect(page.get_by_role("article")).to_have_count(1)
    row(page, "funds").get_by_role("combobox").select_option(label="按规定要求使用")
    expect(row(page, "funds").locator(".card__got")).to_contain_text("4")
    page.get_by_role("button", name="提交评分").click()
    said(page, "评分已提交。")


def the_officer_fixes(page: Page) -> None:
    """The columns differ in one row; until it is decided the score cannot be fixed."""
    open_work(page)
    expect(page.get_by_role("main")).to_contain_text(re.compile("有 ?1 ?项"))
    page.get_by_role("button", name="确定联合评分").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    incentive = row(page, "incentive")
    expect(incentive).to_contain_text("各栏不一致")
    expect(incentive).to_contain_text("2021年一季度未兑现")
    incentive.get_by_label("市级").check()
    expect(page.locator("#saved")).to_contain_text(SAVED)
    sound(page)
    page.get_by_role("button", name="确定联合评分").click()
    said(page, "联合评分已确定")


def the_bureau_countersigns(page: Page, total: str) -> None:
    """Its work leads to the scorecard itself."""
    open_work(page)
    expect(page.locator("#sums")).to_contain_text(total)
    page.get_by_role("button", name="会签").click()
    said(page, "已会签，最终得分确定。")
    sound(page)
