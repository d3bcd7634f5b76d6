"""The look at every answer (tests/answers.py) finds what it is there for."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from tests.answers import faults_of

HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def answered(content: str = "<p>text</p>", kind: str = "text/html; charset=utf-8", **headers: str) -> list[str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return faults_of("/somewhere/", HttpResponse(content, content_type=kind, headers=HEADERS | named))


def test_a_page_without_code_and_a_file_that_is_handed_over_are_fine() -> None:
    assert answered('<script src="/static/a.js"></script><p title="style">x onclick=1</p>') == []
    assert answered("x", "application/pdf", Content_Disposition='attachment; filename="a.pdf"') == []
    assert answered("x", "image/png", Content_Security_Policy="default-src 'none'; sandbox") == []


@pytest.mark.parametrize(
    "page",
    [
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<p class="a" style="color:red">',
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">',
        "<p hx-on:click='x()'>",
        '<iframe srcdoc="x">',
    ],
)
def test_code_in_a_page_is_found(page: str) -> None:
    assert "inline code" in " ".join(answered(page))


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", "application/zip", "text/plain; charset=utf-8"])
def test_a_file_that_is_shown_in_place_is_found(kind: str) -> None:
    assert answered("x", kind) == [f"{kind.partition(';')[0]} is shown in place"]


def test_missing_headers_are_found() -> None:
    assert answered(X_Content_Type_Options="") == ["no nosniff"]
    assert answered(Content_Security_Policy="default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'")
    assert answered(Content_Security_Policy="default-src 'none'")
    assert answered(Access_Control_Allow_Origin="*") == ["other sites may read it"]
    assert answered(kind="text/html") == ["no charset"]
