"""People at work in their browsers: what each of them does in a year, by the words that stand on the pages."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from tests.worlds import World

NAMES = {
    "institution_filler": "古丽娜尔",
    "institution_head": "赵建军",
    "county_officer": "陈立新",
    "county_approver": "阿依努尔",
    "prefecture_officer": "周敏",
    "region_officer": "李强",
    "inspector": "马晓东",
    "other_filler": "刘芳",
}
PASSWORD = "correct horse"


def give_names(world: World) -> World:
    """The people of the world under names that can be told apart on a page."""
    for role, name in NAMES.items():
        person = world.people[role]
        person.name = name
        person.save(update_fields=["name"])
    return world


def picture(name: str) -> Any:
    """A small PNG as it comes from a scanner or a phone; each name has a colour of its own."""
    content = io.BytesIO()
    Image.new("RGB", (320, 200), zlib.crc32(name.encode()) & 0xFFFFFF).save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def sign_in(page: Page, user: Any) -> Page:
    """Through the door, to the inbox."""
    page.goto("/")
    page.get_by_label("账号").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("密码").press("Enter")
    expect(page.get_by_role("heading", level=1, name="待办")).to_be_visible()
    return page


def downloaded(page: Page, link: Locator) -> bytes:
    """What a link gives to keep."""
    with page.expect_download() as waiting:
        link.click()
    download: Download = waiting.value
    return Path(download.path()).read_bytes()


def item(page: Page, no: int) -> Locator:
    """One of the thirty items, found by its number."""
    heading = page.get_by_role("heading", name=re.compile(rf"^第 {no} 项 "))
    return page.get_by_role("article").filter(has=heading)


def choose(page: Page, no: int, status: str) -> None:
    """Answer an item with the mouse."""
    item(page, no).get_by_label(status, exact=True).check()


def fill_basic(page: Page, name: str) -> None:
    """The basic information, written and chosen with the keyboard alone."""
    page.get_by_label(re.compile("^机构名称")).focus()
    for text in (name, "80", "12", "76", "10"):
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    for steps in (2, 1, 3, 0, 1, 2):
        page.keyboard.press("Space")
        for _step in range(steps):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")


def fill_problem(page: Page, no: int, **texts: str) -> None:
    """The lines that a problem asks for."""
    for label, text in texts.items():
        item(page, no).get_by_label(re.compile(f"^{label}")).fill(text)


def add_evidence(page: Page, no: int, name: str) -> None:
    """Choosing a file uploads it."""
    item(page, no).get_by_label(f"第 {no} 项：选择佐证材料").set_input_files(picture(name))
    expect(item(page, no).get_by_role("link", name=name)).to_be_visible()


def progress(page: Page) -> Locator:
    """The column beside the form that counts what is answered."""
    return page.get_by_role("complementary", name="进度")


def open_item(page: Page, no: int) -> None:
    """An officer goes to an item by its square."""
    page.locator("#progress").get_by_role("link", name=re.compile(rf"^第 {no} 项")).click()
    expect(page.get_by_role("heading", level=2, name=re.compile(rf"^第 {no} 项"))).to_be_visible()


def verified(page: Page, seen: int) -> None:
    """So many items have a conclusion."""
    expect(page.get_by_role("heading", name=f"已核 {seen}/30")).to_be_visible()


def open_finding(page: Page, number: str) -> None:
    """From the inbox to the finding that waits there."""
    page.get_by_role("link", name="待办").first.click()
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    expect(page.get_by_text(number).first).to_be_visible()


def rectify(page: Page, number: str, who: str, result: str, files: Iterable[tuple[str, str]]) -> None:
    """What was done about a finding and by whom, with files of before and after."""
    open_finding(page, number)
    page.get_by_label(re.compile("^责任人")).fill(who)
    for shows, name in files:
        page.get_by_role("group", name="材料反映").get_by_label(shows, exact=True).check()
        page.get_by_label("添加材料").set_input_files(picture(name))
        page.get_by_role("button", name="先上传所选材料").click()
        expect(page.get_by_role("list", name=shows).get_by_role("link", name=name).last).to_be_visible()
    page.get_by_label("整改结果").fill(result)
    page.get_by_role("button", name="提交整改结果").click()
    expect(page.get_by_text("整改结果已提交，等待县级复核。")).to_be_visible()


def close(page: Page, number: str) -> None:
    """The county has looked at the result and is content."""
    open_finding(page, number)
    page.get_by_role("button", name="通过复核，销号").click()
    expect(page.get_by_text("已销号。")).to_be_visible()
