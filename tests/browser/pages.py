"""Small pages for trying the frame and its scripts: one of each part, and a server that can be told to fail.

``server`` is what the other side does next; a test resets it before it begins.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.urls import path
from django.views.i18n import set_language

from cases.errors import WrongRole

HERE = Path(__file__).parent / "templates"


class Form(forms.Form):
    beds = forms.IntegerField(label="Beds")
    grade = forms.ChoiceField(label="Grade", choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False, help_text="If there is one")
    paper = forms.FileField(label="Paper", required=False)


@dataclass
class Server:
    """The record that the autosave page edits, and what saving answers: ok, 500, 401, login or refuse."""

    version: int = 1
    text: str = ""
    state: str = "ok"
    mode: str = "ok"
    posts: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    saved: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]
        self.gate.set()

    def colleague(self, text: str) -> None:
        """Somebody else saves in the meantime."""
        self.version, self.text = self.version + 1, text


server = Server()


def page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    source = (HERE / name).read_text(encoding="utf-8")
    return HttpResponse(engines["django"].from_string(source).render({"server": server, **context}, request))


@login_not_required
def autosave(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        submitted = f"submitted version {request.POST['row_version']} of {server.version}"
        return page(request, "autosave.html", submitted=submitted)
    return page(request, "autosave.html")


@login_not_required
def save(request: HttpRequest) -> HttpResponse:
    server.posts.append(request.POST.dict())
    server.gate.wait(10)
    if server.mode == "500":
        return HttpResponse("out of order", status=500)
    if server.mode == "login":
        return HttpResponseRedirect("/sign-in/")
    if server.mode == "refuse":
        raise WrongRole("submitted", "Submitted already.", hint="Ask for it back.")
    if request.POST["row_version"] != str(server.version):
        theirs = {"text": server.text, "state": server.state}
        return JsonResponse({"row_version": server.version, "theirs": theirs}, status=409)
    if request.POST["text"] == "wrong":
        return JsonResponse({"errors": {"text": ["Too short."], "state": ["Choose again."]}}, status=422)
    server.version += 1
    server.text, server.state = request.POST["text"], request.POST["state"]
    server.saved.set()
    warnings = ["Last year it was 12."] if server.text == "strange" else []
    fragments = {"#progress": f'<p id="progress">{len(server.text)}</p>'}
    return JsonResponse(
        {"row_version": server.version, "saved_at": "10:42", "fragments": fragments, "warnings": warnings}
    )


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    form = Form(request.POST, request.FILES) if request.method == "POST" else Form()
    squares = [{"no": n, "state": s, "href": f"#i{n}"} for n, s in enumerate(("ok", "problem", "na", "todo"), 1)]
    stages = [{"name": "One", "state": "done"}, {"name": "Two", "state": "current"}, {"name": "Three"}]
    entries = [{"when": "now", "who": "Li", "what": "waits", "kind": "now", "diff": [("State", "a", "b")]}]
    return page(request, "gallery.html", form=form, rows=range(1, 4), squares=squares, stages=stages, entries=entries)


urlpatterns = [
    path("autosave/", autosave),
    path("save/", save),
    path("", gallery, name="inbox"),
    path("ledger/", gallery, name="ledger"),
    path("me/", gallery, name="me"),
    path("sign-in/", LoginView.as_view(), name="login"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
