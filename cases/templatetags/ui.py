"""Template tags of the interface: no template decides a colour, writes a date or builds an icon by hand.

Reference for page writers: ``docs/ui.md``.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, FileInput, HiddenInput, NumberInput, Select
from django.forms.formsets import BaseFormSet
from django.forms.utils import flatatt
from django.template.context import Context
from django.template.defaulttags import querystring
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases import lights, wording
from cases.models import User, WorkItem
from cases.naming import Signatures

register = template.Library()

NOTICE_ICONS = {"": "info", "soon": "warn", "late": "warn", "ok": "ok"}
CURSORS = ("after", "before", "page")  # a changed filter starts from the first page

register.filter("cdate", wording.cdate)
register.filter("cday", wording.cday)
register.filter("cdatetime", wording.cdatetime)
register.filter("cmoment", wording.cmoment)
register.filter("climit", wording.climit)
register.filter("csize", wording.csize)


# ── small signs ────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of the sprite; decoration only, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("yiyang/icons.svg"), name
    )


@register.inclusion_tag("ui/_light.html")
def light(
    due_at: wording.Moment | None,
    now: dt.datetime,
    done: bool = False,
    *,
    amber_at: dt.datetime | None = None,
    held: bool = False,
    note: str = "",
    box: bool = False,
) -> dict[str, Any]:
    """The traffic light (红绿灯) of a limit: icon, word and colour, always all three."""
    code = wording.light_code(due_at, now, amber_at=amber_at, done=done, held=held)
    word = wording.light_done() if done else wording.light_word(code)
    return _sign(code, word, note, box)


@register.inclusion_tag("ui/_light.html")
def light_of(item: WorkItem, now: dt.datetime, *, note: str = "", box: bool = False) -> dict[str, Any]:
    """The traffic light of a work item, whose case is loaded."""
    code = lights.light_of(item, now)
    word = wording.light_done() if item.finished else wording.light_word(code)
    return _sign(code, word, note, box)


def _sign(code: str, word: str, note: str, box: bool) -> dict[str, Any]:
    """What stands still has nothing left to count."""
    return {"code": code, "word": word, "note": "" if code == lights.HELD else note, "box": box}


@register.inclusion_tag("ui/_light.html")
def light_as(code: str, word: str = "", *, note: str = "", box: bool = False) -> dict[str, Any]:
    """The traffic light for a code that is known already (``lights.SIGNS``); ``word`` replaces the usual one."""
    return _sign(code, word or wording.light_word(code), note, box)


@register.inclusion_tag("ui/_due.html")
def due(
    due_at: wording.Moment | None,
    now: dt.datetime,
    done: bool = False,
    *,
    held: bool = False,
    note: str = "",
    original: wording.Moment | None = None,
) -> dict[str, Any]:
    """A date never stands bare: the working days left, or ``note``, stand under it, and the ``original`` one."""
    if due_at is None:
        return {"day": None, "note": note}
    still = done or held
    return {
        "day": wording.local_date(due_at).isoformat(),
        "text": wording.climit_short(due_at, now),
        "late": not still and wording.is_late(due_at, now),
        "note": note or ("" if still else wording.remaining(due_at, now)),
        "original": wording.climit_short(original, now) if original else "",
    }


@register.inclusion_tag("ui/_due.html")
def due_of(item: WorkItem, now: dt.datetime, *, why: bool = True) -> dict[str, Any]:
    """The date of a work item, whose case is loaded: provisional or not, what it was before an extension, and why."""
    held = item.process.held_at is not None
    shown: dict[str, Any] = due(item.due_at, now, item.finished is not None, held=held, original=item.original_due_at)
    shown["provisional"] = item.due_provisional and item.finished is None
    shown["why"] = reverse("work_item_due", args=[item.pk]) if why and item.pk and item.due_at is not None else ""
    return shown


@register.inclusion_tag("workflows/dates/_open.html")
def why(item: WorkItem) -> dict[str, Any]:
    """“Why this date?” of a work item, which opens where it stands."""
    return {"url": reverse("work_item_due", args=[item.pk])}


@register.simple_tag
def remaining(due_at: wording.Moment, now: dt.datetime) -> str:
    """还剩 2 个工作日, without the date."""
    return wording.remaining(due_at, now)


@register.inclusion_tag("ui/_tag.html")
def tag(text: str, kind: str = "") -> dict[str, Any]:
    """A word for a state; ``kind`` is empty, ``act`` (somebody can act here) or ``solid`` (a problem)."""
    return {"text": text, "kind": kind}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The present query string with parameters changed (None or "" removes one) and paging started afresh."""
    fresh: dict[str, Any] = dict.fromkeys(CURSORS)
    fresh.update((key, None if value == "" else value) for key, value in changes.items())
    return querystring(context, context["request"].GET, **fresh) or "?"


# ── data drawn ─────────────────────────────────────────────────────────────


@register.inclusion_tag("ui/_cells.html")
def cells(
    items: Iterable[Mapping[str, Any]], key: bool = True, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The thirty squares of Annex 1: ``items`` hold no, state (ok, problem, na, todo), href, current, label."""
    return {"items": items, "key": key, "names": wording.cell_words() | dict(names or {})}


@register.inclusion_tag("ui/_rail.html")
def rail(stages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The stages of a case: name, window, note, state (done, current or empty)."""
    return {"stages": stages}


@register.inclusion_tag("ui/_timeline.html")
def timeline(entries: Iterable[Mapping[str, Any]], now: dt.datetime) -> dict[str, Any]:
    """What happened, newest first: at (or when), who, what, detail, quote, note, diff, kind (now, back or empty)."""
    return {"entries": entries, "now": now}


@register.inclusion_tag("ui/_diff.html")
def diff(changes: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Changed fields, each as label, old and new value; an empty side is left out."""
    return {"changes": changes}


@register.inclusion_tag("ui/_kpi.html")
def kpi(label: str, value: Any, unit: str = "", href: str = "", *, note: str = "", light: str = "") -> dict[str, Any]:
    """One key figure; ``href`` opens the records behind it. Stands inside ``<dl class="sheet kpis">``."""
    return {"label": label, "value": value, "unit": unit, "href": href, "note": note, "light": light}


@register.inclusion_tag("ui/_pager.html")
def pager(summary: str = "", **addresses: str) -> dict[str, Any]:
    """Keyset paging: ``first``, ``previous`` and ``next`` are addresses, empty where there is nothing to go to."""
    return {"summary": summary, **addresses}


# ── forms ──────────────────────────────────────────────────────────────────


@register.inclusion_tag("ui/_field.html")
def field(
    bound: BoundField,
    *,
    unit: str = "",
    wide: bool = False,
    label: str = "",
    hint: str = "",
    rows: int = 0,
    **attrs: Any,
) -> dict[str, Any]:
    """Label, hint, error, ARIA and control of one form field. Further keywords become attributes (a_b is a-b)."""
    widget = bound.field.widget
    hint = hint or str(bound.help_text)
    described = [f"{bound.auto_id}_helptext"] if hint else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    kind = _kind(bound)
    html_attrs: dict[str, Any] = {name.replace("_", "-"): value for name, value in attrs.items()}
    if "type" in html_attrs:
        widget.input_type = html_attrs.pop("type")
    if kind == "input":
        if isinstance(widget, NumberInput):
            _type_freely(widget)
        classes = f"input input--num {widget.attrs.get('class', '')}" if isinstance(widget, NumberInput) else "input"
        html_attrs.setdefault("class", classes.strip())
        if rows:
            html_attrs["rows"] = rows
    if kind not in ("choices", "hidden"):
        if described:
            html_attrs["aria-describedby"] = " ".join(described)
        if bound.errors:
            html_attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "kind": kind,
        "label": label or bound.label,
        # A form whose faults the domain finds all at once marks what it asks for itself.
        "needed": bound.field.required or getattr(bound.field, "needed", False),
        "hint": hint,
        "unit": unit,
        "wide": wide or kind == "choices",
        "described": " ".join(described),
        "control": bound.as_widget(attrs=html_attrs) if kind != "choices" else "",
    }


def _type_freely(widget: NumberInput) -> None:
    """A number control throws away what is no number; a text control keeps it for the reader to correct."""
    widget.input_type = "text"
    step = widget.attrs.pop("step", None)
    widget.attrs.setdefault("inputmode", "numeric" if step in (None, "1", 1) else "decimal")
    for limit in ("min", "max"):
        widget.attrs.pop(limit, None)


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, HiddenInput) or bound.is_hidden:
        return "hidden"
    if isinstance(widget, FileInput):
        return "file"
    if isinstance(widget, CheckboxInput):
        return "check"
    if widget.use_fieldset and hasattr(widget, "choices") and not isinstance(widget, Select):
        return "choices"
    return "input"


@register.inclusion_tag("ui/_errors.html")
def errors(*forms: BaseForm | BaseFormSet) -> dict[str, Any]:
    """The error summary above the heading: every line leads to its field. Takes forms and formsets."""
    lines: list[tuple[str, str, str]] = []
    for form in forms:
        lines.extend(_lines_of(form))
    return {"lines": lines, "count": len(lines)}


def _lines_of(form: BaseForm | BaseFormSet) -> Iterable[tuple[str, str, str]]:
    if isinstance(form, BaseFormSet):
        for message in form.non_form_errors():
            yield "", "", str(message)
        for each in form.forms:
            yield from _lines_of(each)
        return
    for name, messages in form.errors.items():
        bound = form[name] if name in form.fields else None
        for message in messages:
            yield (bound.auto_id if bound else "", str(bound.label) if bound else "", str(message))


# ── containers ─────────────────────────────────────────────────────────────


def _html(attrs: Mapping[str, str]) -> str:
    """Keywords of a tag as attributes; a_b is a-b, an empty one is left out."""
    return flatatt({name.replace("_", "-"): value for name, value in attrs.items() if value})


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way here, as ``<li>`` elements; the last one has ``aria-current="page"``."""
    return SafeString(render_to_string("ui/_crumbs.html", {"body": content}))


@register.simple_block_tag
def notice(content: str, title: str, kind: str = "", *, text: str = "", icon: str = "", **attrs: str) -> SafeString:
    """A message; ``kind`` is empty, ``ok``, ``soon`` or ``late``. The content is the one link or button beside it."""
    shown = {"title": title, "text": text, "kind": kind, "icon": icon or NOTICE_ICONS[kind], "attrs": _html(attrs)}
    return SafeString(render_to_string("ui/_notice.html", {**shown, "body": SafeString(content.strip())}))


@register.simple_tag
def signed(signatures: Signatures, case: int, user: User | None, at: dt.datetime | None) -> str:
    """The name under what somebody did in a case at a moment, with the one whom they stood in for."""
    return signatures.name(case, user, at)


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "inbox") -> SafeString:
    """What is absent, when the next one comes, and one way on."""
    return SafeString(render_to_string("ui/_empty.html", {"title": title, "icon": icon, "body": content}))


@register.simple_block_tag
def table(
    content: str, label: str = "", *, labelledby: str = "", cards: bool = True, extra: str = "", **attrs: str
) -> SafeString:
    """A table that scrolls inside its own frame and, on a phone, turns into cards. The content is thead and tbody."""
    shown = {"label": label, "labelledby": labelledby, "cards": cards, "extra": extra, "attrs": _html(attrs)}
    return SafeString(render_to_string("ui/_table.html", {**shown, "body": content}))


@register.simple_block_tag
def bulk(content: str, label: str = "") -> SafeString:
    """The bar of bulk actions of the form around it: choose all, how many are chosen, and the buttons inside."""
    return SafeString(render_to_string("ui/_bulk.html", {"label": label, "body": content}))


@register.simple_block_tag
def actions(content: str, *, save: bool = False) -> SafeString:
    """The sticky bar of buttons: destructive left, ``<span class="actions__push"></span>``, primary last."""
    return SafeString(render_to_string("ui/_actions.html", {"save": save, "body": content}))
