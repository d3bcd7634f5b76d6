"""Chromium for the browser tests: pages as people here see them, and no fault in the console goes unseen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
FLAGS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_MS = 15_000

NewPage = Callable[..., Page]


def browser_path() -> str | None:
    """The Chromium that make test found, or the system's; None if it may be missing and is."""
    if "chromium" in os.environ.get("YIYANG_TEST_MISSING", "").split(","):
        return None
    return os.environ.get("YIYANG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser a worker; tests take contexts of their own from it."""
    # Playwright keeps an event loop in this thread, in which Django would refuse its own database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=TIMEOUT_MS)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=[*FLAGS, *root])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_faults() -> Iterator[list[str]]:
    """What the console and the scripts complained of; a test that provokes a complaint empties the list."""
    faults: list[str] = []
    yield faults
    assert not faults, "the browser complained: " + "; ".join(faults)


@pytest.fixture
def new_page(chromium: Browser, browser_faults: list[str], live_server: Any) -> Iterator[NewPage]:
    """A page in a context of its own: new_page(user=…, phone=True, javascript=False, dark=True, language="en-US").

    Paths are relative to the live server. With a user, the page is signed in.
    """
    contexts: list[BrowserContext] = []

    def make(
        *, user: Any = None, phone: bool = False, javascript: bool = True, dark: bool = False, language: str = "zh-CN"
    ) -> Page:
        context = chromium.new_context(
            **(PHONE if phone else DESKTOP),
            base_url=live_server.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])  # type: ignore[list-item]
        if language.startswith("en"):
            # The switch in the head band decides, not what the browser announces.
            context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: browser_faults.append(str(error)))
        page.on("console", lambda said: browser_faults.append(complaint(said)) if said.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page on a desk, not signed in."""
    return new_page()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """A page on a phone of 390 px, not signed in."""
    return new_page(phone=True)


def complaint(said: ConsoleMessage) -> str:
    return f"{said.text} ({said.location.get('url', '')}:{said.location.get('lineNumber', '')})"


def session_cookie(user: Any, url: str) -> dict[str, str]:
    """The session of somebody who has signed in; the login page has tests of its own."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }
