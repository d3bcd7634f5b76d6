"""How is a self-check put on paper, exactly as Annex 1 prints it, and its report as an official document?

Pure functions from values to bytes: no database, no request, no clock. The paper is Chinese whatever the language of
the screen, because the document that prescribes it is.
"""

from cases.paper.content import Annex1Answer, Annex1Content, blank, content_digest
from cases.paper.fonts import MissingChineseFont
from cases.paper.pdf import annex1_pdf, report_pdf
from cases.paper.word import annex1_docx, report_docx
from cases.paper.wording import answer_texts

__all__ = [
    "Annex1Answer",
    "Annex1Content",
    "MissingChineseFont",
    "annex1_docx",
    "annex1_pdf",
    "answer_texts",
    "blank",
    "content_digest",
    "report_docx",
    "report_pdf",
]
