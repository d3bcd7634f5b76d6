"""Every answer that any test gets is looked at on its way out: no inline code, and files are only ever handed over.

A middleware of the test settings, so that no page can be forgotten: what breaks the rule fails the test that asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

INLINE = re.compile(
    r"<style\b"
    r"|<script\b(?![^>]*\ssrc=)"
    r"|<[a-z][^<>]*\s(?:style|on[a-z]+|hx-on[^=<>\s]*|srcdoc)\s*="
    r"|(?:href|src|action|formaction)\s*=\s*[\"']?\s*(?:javascript|vbscript|data:text)",
    re.IGNORECASE,
)
FRAMED = re.compile(r"frame-ancestors 'none'|sandbox")
# What a browser may show in place: pages, answers to scripts, and the static files of the product.
IN_PLACE = ("text/html", "application/json", "text/css", "text/javascript")
WITHOUT = {"/healthz", "/readyz"}  # for machines inside, answered before any other middleware


def faults_of(path: str, answer: Any) -> list[str]:
    """What is wrong with an answer."""
    if path in WITHOUT:
        return []
    kind = answer.get("Content-Type", "").partition(";")[0].strip()
    policy, given = answer.get("Content-Security-Policy", ""), answer.get("Content-Disposition", "")
    faults = [] if answer.get("X-Content-Type-Options") == "nosniff" else ["no nosniff"]
    if answer.has_header("Access-Control-Allow-Origin") and not path.startswith("/static/"):
        faults.append("other sites may read it")
    if answer.status_code >= 300 and not (answer.streaming or answer.content):
        return faults
    if path.startswith("/static/"):
        return faults
    if "default-src 'none'" not in policy or "unsafe" in policy or not FRAMED.search(policy):
        faults.append(f"policy {policy!r}")
    if kind.startswith("text/") and "charset=utf-8" not in answer.get("Content-Type", "").lower():
        faults.append("no charset")
    if kind == "text/html" and not answer.streaming and (found := INLINE.search(answer.content.decode())):
        faults.append(f"inline code {found.group()[-60:]!r}")
    shown = kind in IN_PLACE or (kind.startswith("image/") and "sandbox" in policy)
    if not shown and answer.status_code == 200 and not given.startswith("attachment"):
        faults.append(f"{kind} is shown in place")
    return faults


def examined(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def middleware(request: Any) -> Any:
        answer = get_response(request)
        faults = faults_of(request.path, answer)
        assert not faults, f"{request.method} {request.path}: {', '.join(faults)}"
        return answer

    return middleware
