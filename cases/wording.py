"""How dates, limits and sizes are put into words, the same on every page and in every message.

Moments are read in the current time zone, Asia/Shanghai; a bare ``date`` is taken as it is and, as a limit, means
the end of that day.
"""

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from cases import clock
from cases.workdays import NATIONAL, WorkCalendar, is_working_day

MAKE_UP_SPAN = 14  # calendar days; over longer spans naming the make-up days helps nobody
SATURDAY = 5
WHOLE_HOURS = 10  # with more of them left, minutes help nobody

Moment = dt.date | dt.datetime


def local_date(value: Moment) -> dt.date:
    """The calendar day of a moment, or the date itself."""
    return clock.local_date(value) if isinstance(value, dt.datetime) else value


def is_timed(due: Moment) -> bool:
    """Whether a limit names a minute: one in hours. A date means the end of its day."""
    return isinstance(due, dt.datetime) and due != clock.end_of_day(clock.local_date(due))


def climit(due: Moment) -> str:
    """A limit in full: 2021年5月12日 周三, or 2021年5月12日 10:42 where it names a minute."""
    return cdatetime(due) if isinstance(due, dt.datetime) and is_timed(due) else cdate(due)


def climit_short(due: Moment, now: Moment) -> str:
    """A limit as lists show it: 5月12日 周三, or 5月12日 10:42; with the year when it is not the present one."""
    return cmoment(due, now) if isinstance(due, dt.datetime) and is_timed(due) else cday(due, now)


def is_late(due: Moment, now: dt.datetime) -> bool:
    """Whether the limit has passed."""
    return now > due if isinstance(due, dt.datetime) else local_date(now) > due


def light_code(
    due: Moment | None,
    now: dt.datetime,
    *,
    amber_at: dt.datetime | None = None,
    done: bool = False,
    held: bool = False,
) -> str:
    """The traffic light (红绿灯) of a limit: ``ok``, ``soon``, ``late`` or ``idle``; ``held`` while it stands still.

    ``amber_at`` is the moment at which it turns amber; without one it stays green until it is red.
    """
    if done:
        return "ok"
    if held:
        return "held"
    if due is None:
        return "idle"
    if is_late(due, now):
        return "late"
    return "soon" if amber_at is not None and now >= amber_at else "ok"


LIGHTS = {
    "ok": pgettext_lazy("light", "On time"),
    "soon": pgettext_lazy("light", "Due soon"),
    "late": pgettext_lazy("light", "Overdue"),
    "idle": pgettext_lazy("light", "Not started"),
    "held": pgettext_lazy("light", "On hold"),
}
WEEKDAYS = (
    pgettext_lazy("short weekday", "Mon"),
    pgettext_lazy("short weekday", "Tue"),
    pgettext_lazy("short weekday", "Wed"),
    pgettext_lazy("short weekday", "Thu"),
    pgettext_lazy("short weekday", "Fri"),
    pgettext_lazy("short weekday", "Sat"),
    pgettext_lazy("short weekday", "Sun"),
)


def light_word(code: str) -> str:
    """The word that stands beside the colour; a colour never speaks alone."""
    return str(LIGHTS[code])


def weekday(value: Moment) -> str:
    """周一 … 周日."""
    return str(WEEKDAYS[local_date(value).weekday()])


def _with_weekday(day: dt.date, format_name: str) -> str:
    parts = {"date": date_format(day, format_name), "weekday": weekday(day)}
    return pgettext("date with weekday", "%(weekday)s %(date)s") % parts


def cdate(value: Moment) -> str:
    """2021年5月12日 周三."""
    return _with_weekday(local_date(value), "DATE_FORMAT")


def cday(value: Moment, now: Moment) -> str:
    """5月12日 周三, with the year when it is not the present one."""
    day = local_date(value)
    return _with_weekday(day, "MONTH_DAY_FORMAT" if day.year == local_date(now).year else "DATE_FORMAT")


def cdatetime(value: dt.datetime) -> str:
    """2021年5月12日 10:42."""
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")


def cmoment(value: dt.datetime, now: Moment) -> str:
    """5月12日 10:42, with the year when it is not the present one."""
    local = timezone.localtime(value)
    day = date_format(local, "MONTH_DAY_FORMAT" if local.year == local_date(now).year else "DATE_FORMAT")
    return f"{day} {date_format(local, 'TIME_FORMAT')}"


def remaining(due: Moment, now: dt.datetime, calendar: WorkCalendar = NATIONAL) -> str:
    """还剩 2 个工作日 / 今天截止 / 已逾期 4 个工作日, in working days of the Chinese calendar, or of a unit's own."""
    if isinstance(due, dt.datetime) and is_timed(due):
        return _remaining_hours(due, now)
    today, end = local_date(now), local_date(due)
    if is_late(due, now):
        days = calendar.between(end, today)
        if not days:
            return gettext("Overdue by less than a working day")
        text = ngettext("%(days)d working day overdue", "%(days)d working days overdue", days) % {"days": days}
        return text + _make_up_note(end, today)
    if end == today:
        return gettext("Due today")
    days = calendar.between(today, end)
    if not days:
        return gettext("Due before the next working day")
    return ngettext("%(days)d working day left", "%(days)d working days left", days) % {"days": days}


def _remaining_hours(due: dt.datetime, now: dt.datetime) -> str:
    """还剩 3 小时 20 分钟 / 还剩 40 分钟 / 已逾期 2 小时; from ten hours on minutes are left out."""
    late = is_late(due, now)
    minutes = int(abs(due - now).total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= WHOLE_HOURS or (hours and not minutes):
        words = (
            ngettext("%(hours)d hour overdue", "%(hours)d hours overdue", hours)
            if late
            else ngettext("%(hours)d hour left", "%(hours)d hours left", hours)
        )
    elif hours:
        words = gettext("%(hours)d h %(minutes)d min overdue") if late else gettext("%(hours)d h %(minutes)d min left")
    elif minutes:
        words = gettext("%(minutes)d min overdue") if late else gettext("%(minutes)d min left")
    else:
        words = gettext("just overdue") if late else gettext("less than a minute left")
    return words % {"hours": hours, "minutes": minutes}


def _make_up_note(start: dt.date, end: dt.date) -> str:
    """Names the weekend days that count as work, because the reader would count them out."""
    span = (end - start).days
    if span > MAKE_UP_SPAN:
        return ""
    days = [start + dt.timedelta(days=n) for n in range(1, span + 1)]
    made_up = [d for d in days if d.weekday() >= SATURDAY and is_working_day(d)]
    if not made_up:
        return ""
    names = pgettext("list separator", ", ").join(date_format(d, "MONTH_DAY_FORMAT") for d in made_up)
    return gettext(" (counting %(days)s, a make-up working day)") % {"days": names}


def csize(size: int) -> str:
    """1.8 MB; the unit is 1,024 bytes, as the upload limits are."""
    if size < 1024:
        return ngettext("%(size)d byte", "%(size)d bytes", size) % {"size": size}
    kilobytes = size / 1024
    if kilobytes < 1000:
        return f"{kilobytes:.0f} KB"
    megabytes = kilobytes / 1024
    return f"{megabytes:.1f} MB" if megabytes < 99.5 else f"{megabytes:,.0f} MB"


def light_done() -> str:
    """The word beside the green light of work that is finished."""
    return pgettext("light", "Finished")


def cell_words() -> dict[str, str]:
    """What the squares of Annex 1 mean, in the words of the form itself."""
    return {
        "ok": pgettext("answer", "Compliant"),
        "problem": pgettext("answer", "Problem found"),
        "na": pgettext("answer", "Not applicable"),
        "todo": pgettext("answer", "Not filled in"),
    }
