"""The states of a referral, and the clauses that its refusals name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

KIND = "referral"
SENDER, RECEIVER = "party:sender", "party:receiver"
CLAUSE = "试点方案 二（二）2"
UP = f"{CLAUSE}“联合体下级成员单位确需转诊的患者，优先转至联合体内的牵头单位”"
DOWN = f"{CLAUSE}“畅通向下转诊通道，保障……患者转往联合体内下级成员单位继续治疗与康复”"
PRIORITY = f"{CLAUSE}“优先预约专家、专科门诊，优先安排检查，优先安排住院的‘三优先’服务”"
INFORMATION = f"{CLAUSE}“上级医疗机构要提供患者住院期间的诊治信息和后续治疗方案”"


class State(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("referral", "Requested")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    ARRIVED = "arrived", pgettext_lazy("referral", "Arrived")
    INFORMED = "informed", pgettext_lazy("referral", "Information handed over")
    CLOSED = "closed", pgettext_lazy("referral", "Closed")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    CANCELLED = "cancelled", pgettext_lazy("referral", "Cancelled")


FINALS = frozenset({State.CLOSED, State.DECLINED, State.CANCELLED})
OPEN = (State.REQUESTED, State.ACCEPTED, State.ARRIVED, State.INFORMED)
