"""The pages of certificates: by the lead hospital's office and the person themself; anybody with the number checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.audit.people import note_export
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.errors import OutOfScope, WrongRole
from cases.models import Activity, Case, OrgUnit, User
from cases.paper import MissingChineseFont
from cases.paper.certificate import CertificateLine, CertificatePaper, certificate_docx, certificate_pdf
from cases.web import viewer_of
from workflows.alliance.certificate.certifying import CLAUSE, Certificate, certified_people, certify, check
from workflows.kinds import kind_of
from workflows.quality_cycle.paper_pages import MEDIA_TYPES
from workflows.web import case_in_scope

KIND = "pilot"


class CheckForm(forms.Form):
    """The number as it stands on the paper."""

    number = forms.CharField(label=gettext_lazy("Number of the certificate"), max_length=60)


@require_safe
def certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever was sent to members: all of them for the office, oneself for everybody else."""
    case, viewer = _pilot_for(request, pk), viewer_of(request)
    office = viewer.may("party:lead", case)
    people = [person for person in certified_people(case) if office or person.pk == viewer.user.pk]
    context = {
        "case": case,
        "pilot": case.pilot,
        "lines": [(person, certify(case, person, viewer.at).total) for person in people],
        "office": office,
        "clause": CLAUSE,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/certificate/certificates.html", context)


@require_safe
def certificate(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """The days of one person at members, with the entries behind them."""
    found = _certificate(request, pk, person)
    names = _names(found)
    registers = alliance_of(found.case.edition).registers
    entries = Activity.objects.filter(pk__in=[stay.entry for stay in found.stays]).select_related("unit")
    context = {
        "case": found.case,
        "pilot": found.case.pilot,
        "certificate": found,
        "lines": [(names[line.unit], line, [registers[code].label for code in line.registers]) for line in found.lines],
        "entries": [(row, registers[row.register].label) for row in entries.order_by("from_on", "pk")],
        "clause": CLAUSE,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/certificate/certificate.html", context)


@require_safe
def certificate_file(request: HttpRequest, pk: int, person: int, ending: str) -> HttpResponse:
    """The certificate as PDF or Word, with its number."""
    if ending not in MEDIA_TYPES:
        raise OutOfScope("no_such_format", _("There is no such file; PDF and Word can be downloaded."))
    found = _certificate(request, pk, person)
    if not found.stays:
        raise OutOfScope("nothing_to_certify", _("The registers name no day of this person at a member."))
    paper = paper_of(found)
    try:
        content = certificate_pdf(paper) if ending == "pdf" else certificate_docx(paper)
    except MissingChineseFont as refusal:
        context = {"refusal": refusal, "word_url": f"{request.path.removesuffix('pdf')}docx"}
        return render(request, "workflows/selfcheck/no_font.html", context, status=refusal.status)
    note_export(request, "certificate", subject=f"cases.case:{pk}", details={"as": ending, "person": person})
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    name = f"基层工作经历证明_{found.person.name}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def certificate_check(request: HttpRequest) -> HttpResponse:
    """Whether a number is one that the registers give, and whether they say the same today."""
    asked = "number" in request.GET
    form = CheckForm(request.GET) if asked else CheckForm()
    found = check(form.cleaned_data["number"]) if asked and form.is_valid() else None
    today = certify(found.case, found.person, viewer_of(request).at) if found is not None else None
    context = {
        "form": form,
        "asked": asked and form.is_valid(),
        "found": found,
        "changed": today is not None and found is not None and today.stays != found.stays,
        "today": today,
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/certificate/check.html", context)


def paper_of(found: Certificate) -> CertificatePaper:
    """What one copy of a certificate says."""
    names, registers = _names(found), alliance_of(found.case.edition).registers
    lines = tuple(
        CertificateLine(
            unit=names[line.unit],
            spans=tuple((span.first, span.last) for span in line.spans),
            ways=tuple(registers[code].label_zh for code in line.registers),
            days=line.count,
        )
        for line in found.lines
    )
    return CertificatePaper(
        person=found.person.name,
        lead=found.case.pilot.lead.name,
        alliance=found.case.pilot.name,
        lines=lines,
        total=found.total,
        clause=CLAUSE,
        number=found.number,
        on=local_date(found.at),
    )


def _names(found: Certificate) -> dict[int, str]:
    units = OrgUnit.objects.filter(pk__in={stay.unit for stay in found.stays})
    return dict(units.values_list("pk", "name"))


def _pilot_for(request: HttpRequest, pk: int) -> Any:
    """The pilot in scope, or one in whose registers the viewer stands; else OutOfScope (404)."""
    try:
        return case_in_scope(request, pk, KIND)
    except OutOfScope:
        if not Activity.objects.filter(pilot=pk, person=viewer_of(request).user.pk).exists():
            raise
    case: Any = Case.objects.select_related("edition", "unit").get(pk=pk)
    case.__class__ = kind_of(case).model
    return case


def _certificate(request: HttpRequest, pk: int, person: int) -> Certificate:
    case, viewer = _pilot_for(request, pk), viewer_of(request)
    if person != viewer.user.pk and not viewer.may("party:lead", case):
        raise WrongRole(
            "not_your_certificate",
            _("A certificate is for the lead hospital’s office and the person themself."),
            hint=_("Whoever has been given its number can check it."),
        )
    somebody = User.objects.filter(pk=person).first()
    if somebody is None or not Activity.objects.filter(pilot=pk, person=person).exists():
        raise OutOfScope("no_such_person", _("The registers of this alliance do not name this person."))
    return certify(case, somebody, viewer.at)
