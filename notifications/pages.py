"""The message centre, a single message, and how somebody wants to be told."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.audit import noting
from cases.audit.people import unit_of
from cases.errors import OutOfScope
from cases.models import User
from cases.web import actor_of, viewer_of, whole_number
from notifications import centre
from notifications.forms import PreferenceForm
from notifications.models import Message, Preference
from notifications.wording import on_page


@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """[messages] One tab at a time with its filters; the latest first."""
    viewer = viewer_of(request)
    filters = centre.Filters.read(request.GET)
    after = request.GET.get("after", "")
    sent = filters.tab == centre.SENT
    page = centre.page_of_nudges(viewer, after) if sent else centre.page_of_messages(viewer, filters, after)
    unread = centre.unread_count(viewer.user)
    request.unread_count = unread  # type: ignore[attr-defined]  # spares the frame its own count
    context: dict[str, Any] = {
        "filters": filters,
        "tabs": [(code, word) for code, (word, _condition) in centre.TABS.items()] + [(centre.SENT, centre.SENT_WORD)],
        "sent": centre.nudges_shown(page.rows) if sent else None,
        "lines": [] if sent else centre.lines_of(page.rows),
        "page": page,
        "unread": unread,
        "unread_shown": f"{centre.UNREAD_CAP}+" if unread > centre.UNREAD_CAP else str(unread),
    }
    return render(request, "notifications/messages.html", context)


@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """[message] A message in full; seeing it is reading it."""
    viewer = viewer_of(request)
    shown = _own(viewer, pk)
    if request.method == "GET":
        centre.mark_read(viewer, [shown.pk])
    words = on_page(shown)
    context = {
        "message": shown,
        "words": words,
        "paragraphs": [line for line in words.text.splitlines() if line],
        "work_url": centre.work_address(shown),
        "open": shown.item is not None and shown.item.finished is None,
        "nav_current": "messages",
    }
    return render(request, "notifications/message.html", context)


@require_POST
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """[message_open] Mark as read, and go where the work is done."""
    viewer = viewer_of(request)
    shown = _own(viewer, pk)
    centre.mark_read(viewer, [shown.pk])
    return redirect(centre.work_address(shown))


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    """[messages_read] Mark the chosen messages as read, or all of the reader's."""
    viewer = viewer_of(request)
    chosen = [key for text in request.POST.getlist("message") if (key := whole_number(text)) is not None]
    everything = "all" in request.POST
    count = centre.mark_read(viewer, None if everything else chosen)
    if not everything and not chosen:
        messages.warning(request, _("Choose at least one message."))
    else:
        text = ngettext("%(n)d message marked as read.", "%(n)d messages marked as read.", count) % {"n": count}
        messages.success(request, text)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "messages")


@require_http_methods(["GET", "HEAD", "POST"])
def message_settings(request: HttpRequest) -> HttpResponse:
    """[message_settings] E-mail address, at once or daily, quiet hours, language."""
    user = cast("User", request.user)
    preference = Preference.objects.filter(pk=user.pk).first() or Preference(user=user)
    form = PreferenceForm(request.POST or None, instance=preference, user=user)
    if request.method == "POST" and form.is_valid():
        at = viewer_of(request).at
        with noting("set_preferences", by=actor_of(request), at=at, unit=unit_of(user), subject=user):
            form.save()
        messages.success(request, _("The settings for your messages have been saved."))
        return redirect("message_settings")
    status = 422 if form.errors else 200
    return render(request, "notifications/settings.html", {"form": form, "nav_current": "me"}, status=status)


def _own(viewer: Viewer, pk: int) -> Message:
    """The viewer's own message; nobody else's can be found (404)."""
    rows = Message.objects.visible_to(viewer).select_related("event", "case__unit", "item")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfScope("no_such_message", _("There is no such message among yours."))
    return found
