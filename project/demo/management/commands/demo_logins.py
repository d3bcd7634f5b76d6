"""Print a login for each persona of the demonstration, in Chinese and English, with what waits for each."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.clock import now
from cases.models import CaseEvent, User, WorkItem
from project.demo.clock import TODAY
from project.demo.people import PASSWORD
from project.demo.personas import PERSONAS


class Command(BaseCommand):
    help = "Print a login for each persona of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        users = User.objects.in_bulk([persona.login for persona in PERSONAS], field_name="username")
        present = [persona for persona in PERSONAS if persona.login in users]
        if not present:
            raise CommandError(_("The demonstration is not there. Make it: seed_demo."))
        self.stdout.write(f"\n密码 password  {PASSWORD}\n")
        for persona in present:
            user = users[persona.login]
            items = list(WorkItem.objects.open().addressed_to(Viewer(user, now())))
            self.stdout.write(f"{persona.login:<16} {user.name} · {persona.zh} · {persona.en}")
            # What there was to find on the first day may be gone once the persona has acted.
            acted = CaseEvent.objects.filter(actor=user, at__gte=TODAY).exists()
            self._tell("" if acted else persona.try_zh, "zh-hans", items, "待办")
            self._tell("" if acted else persona.try_en, "en", items, "to do")

    def _tell(self, hint: str, language: str, items: list[WorkItem], heading: str) -> None:
        with translation.override(language):
            counts = Counter(str(item.flow_task.task_title) for item in items)
        waiting = " · ".join(f"{title} {count}" for title, count in counts.items())
        parts = [f"{heading}: {waiting}" if waiting else "", hint]
        if any(parts):
            self.stdout.write(f"{'':<16} {' — '.join(part for part in parts if part)}")
