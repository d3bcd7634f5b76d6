"""Pages of the system administrator: what could not be sent, the webhook, and the templates with sample facts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.audit import note, noting
from cases.errors import Conflict
from cases.keyset import page_of
from cases.web import actor_of, viewer_of, whole_number
from notifications import outgoing
from notifications.channels.signature import shown_key
from notifications.forms import WebhookForm
from notifications.models import Dispatch, Webhook
from notifications.models.webhook import new_salt
from notifications.rules import Rule, rules
from notifications.wording import sample, subject_of, worded

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


@require_safe
def outgoing_list(request: HttpRequest) -> HttpResponse:
    """[outgoing] What failed, with its error; what had no address to go to."""
    viewer = viewer_of(request)
    outgoing.require_administrator(viewer)
    state = request.GET.get("state", "")
    state = state if state in outgoing.LISTS else Dispatch.State.FAILED
    rows = outgoing.with_details(outgoing.dispatches_for(viewer, state))
    page = page_of(rows, "created_at", "pk", after=request.GET.get("after", ""), descending=True)
    context = {
        "state": state,
        "lists": [(code, Dispatch.State(code).label) for code in outgoing.LISTS],
        "lines": [(row, _subject(row), _recipient(row)) for row in page.rows],
        "page": page,
        "without": outgoing.people_without_address(viewer),
        "keeper": outgoing.is_keeper(viewer),
        "mail": bool(settings.EMAIL_URL),
    }
    return render(request, "notifications/outgoing.html", context)


@require_POST
def outgoing_again(request: HttpRequest) -> HttpResponse:
    """[outgoing_again] Send the chosen ones again, or all that failed."""
    viewer = viewer_of(request)
    outgoing.require_administrator(viewer)
    chosen = [key for text in request.POST.getlist("dispatch") if (key := whole_number(text)) is not None]
    everything = "all" in request.POST
    if not everything and not chosen:
        messages.warning(request, _("Choose at least one message."))
        return redirect("outgoing")
    count = outgoing.send_again(viewer, None if everything else chosen, viewer.at)
    note("send_again", by=actor_of(request), at=viewer.at, details={"count": count, "all": everything})
    text = ngettext("%(n)d message will be sent again.", "%(n)d messages will be sent again.", count) % {"n": count}
    messages.success(request, text)
    return redirect("outgoing")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest) -> HttpResponse:
    """[webhook] The address in use; POST takes another one, with a key of its own that is shown this once."""
    viewer = viewer_of(request)
    outgoing.require_keeper(viewer)
    present = Webhook.objects.filter(active=True).first()
    form = WebhookForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _webhook_page(request, present, form, status=422 if form.errors else 200)
    try:
        with noting("set_webhook", by=actor_of(request), at=viewer.at) as told:
            _refuse_stale(request, _lock())
            _switch_off()
            fresh = Webhook(url=form.cleaned_data["url"], created_at=viewer.at, created_by_id=viewer.user.pk)
            fresh.save()
            told.subject = fresh
    except IntegrityError:  # a colleague has just set one
        raise _stale() from None
    return _webhook_page(request, fresh, WebhookForm(), key=shown_key(fresh))


@never_cache
@require_POST
def webhook_rotate(request: HttpRequest) -> HttpResponse:
    """[webhook_rotate] A new key for the same address, shown this once; the old one ends at once."""
    viewer = viewer_of(request)
    outgoing.require_keeper(viewer)
    with noting("renew_webhook_key", by=actor_of(request), at=viewer.at) as told:
        told.subject = present = _lock()
        _refuse_stale(request, present)
        if present is None:
            raise _stale()
        present.salt = new_salt()
        present.save(update_fields=["salt"])
    return _webhook_page(request, present, WebhookForm(), key=shown_key(present))


@require_POST
def webhook_off(request: HttpRequest) -> HttpResponse:
    """[webhook_off] Nothing leaves by webhook any more; what still waits is listed as failed."""
    viewer = viewer_of(request)
    outgoing.require_keeper(viewer)
    with noting("end_webhook", by=actor_of(request), at=viewer.at) as told:
        present = _lock()
        _refuse_stale(request, present)
        told.subject = present or ""
        _switch_off()
    messages.success(request, _("The webhook is switched off."))
    return redirect("webhook")


@require_safe
def message_templates(request: HttpRequest) -> HttpResponse:
    """[message_templates] Every template in both languages, as text and as HTML, with sample facts."""
    outgoing.require_administrator(viewer_of(request))
    used: dict[str, list[Rule]] = {}
    for rule in rules().rules:
        used.setdefault(rule.template, []).append(rule)
    code = request.GET.get("template", "")
    code = code if code in used else next(iter(used))
    facts = tuple(dict.fromkeys(name for rule in used[code] for name in rule.facts))
    context = {
        "codes": [(each, _title(each, lines)) for each, lines in used.items()],
        "code": code,
        "rules": used[code],
        "previews": [(word, language, _preview(code, facts, language)) for language, word in LANGUAGES],
    }
    return render(request, "notifications/templates.html", context)


def _title(code: str, lines: list[Rule]) -> str:
    """【催办】nudge: the mark that the subject begins with, and the name of the files."""
    subject = worded(code, sample(lines[0].facts)).subject
    end = max(subject.find("】"), subject.find("]"))
    return f"{subject[: end + 1]} {code}"


def _preview(code: str, facts: tuple[str, ...], language: str) -> dict[str, Any]:
    with override(language):
        words = worded(code, sample(facts))
    return {"subject": words.subject, "text": words.text, "html": SafeString(words.html)}


def _webhook_page(
    request: HttpRequest, present: Webhook | None, form: WebhookForm, *, key: str = "", status: int = 200
) -> HttpResponse:
    waiting = Dispatch.objects.filter(webhook=present, state=Dispatch.State.WAITING).count() if present else 0
    context = {"webhook": present, "form": form, "key": key, "waiting": waiting, "version": _version(present)}
    return render(request, "notifications/webhook.html", context, status=status)


def _lock() -> Webhook | None:
    return Webhook.objects.select_for_update().filter(active=True).first()


def _switch_off() -> None:
    for each in Webhook.objects.filter(active=True):
        each.active = False
        each.save(update_fields=["active"])


def _version(present: Webhook | None) -> str:
    """What the page showed: a form that is sent twice, or after a colleague's, is refused."""
    return f"{present.pk}-{present.salt[:8]}" if present else "none"


def _refuse_stale(request: HttpRequest, present: Webhook | None) -> None:
    if request.POST.get("version", "") != _version(present):
        raise _stale()


def _stale() -> Conflict:
    return Conflict(
        "stale_webhook",
        _("The webhook has been changed since you opened this page."),
        hint=_("Open the page again to see how it stands."),
    )


def _subject(row: Dispatch) -> str:
    return subject_of(row.message) if row.message is not None else _("Daily digest")


def _recipient(row: Dispatch) -> Any:
    told: Any = row.message or row.digest
    return told.recipient
