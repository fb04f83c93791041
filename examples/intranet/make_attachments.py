"""Makes the three attachments of the handbook again: `python -m examples.intranet.make_attachments`."""

from __future__ import annotations

from docx import Document
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

from examples.intranet.handbook import FILES_FOLDER

TRAVEL_POLICY = (
    (
        "Ternwick travel policy",
        "This policy is valid from 15 June 2026 for all 212 people of Ternwick Instruments. It is owned by"
        " Lourdes Prata; exceptions are granted by Bea Okonkwo.",
    ),
    (
        "1. Upgrades",
        "Night trains are booked in a single sleeper compartment. Upgrades that cost nothing, or that you pay"
        " with your own miles, are yours to enjoy.",
    ),
    (
        "2. Insurance",
        "Every business trip is insured, from the front door to the front door, with up to EUR 2,500 for"
        " luggage. Private days before or after the trip are covered for up to seven days.",
    ),
    (
        "3. Emergencies",
        "Call the assistance line at +44 1632 960 112 at any time. It brings you home when you are ill, when"
        " family needs you, or when a volcano closes the sky.",
    ),
    (
        "4. Countries without a rate of their own",
        "Where the table of daily allowances names no rate, EUR 40 are paid for a full day and EUR 20 for"
        " half a day.",
    ),
)
CHECKLIST = (
    "Badge and blue hardware key received, spare key taken home",
    "Password manager set up, second factor tried once",
    "Causeway VPN connected from outside the office",
    "Fire exits walked, assembly point at the lifeboat slip known",
    "Own Skylark built, registered in Rookery under your name",
    "Emergency contact entered in the People app",
)
EXPENSE_RATES = (
    ("Means", "Rate in EUR per km", "Remarks"),
    ("Own car", 0.38, "passengers 0.05 each"),
    ("Motorcycle", 0.24, "rain gear is not refunded"),
    ("Bicycle", 0.25, "also electric ones"),
    ("Rowing boat", 1.10, "harbour only, life jacket required"),
)


def main() -> None:
    """Write all three files."""
    FILES_FOLDER.mkdir(exist_ok=True)
    _travel_policy()
    _checklist()
    _expense_rates()


def _travel_policy() -> None:
    styles = getSampleStyleSheet()
    parts = []
    for number, (heading, text) in enumerate(TRAVEL_POLICY):
        parts += [Paragraph(heading, styles["Heading1"]), Paragraph(text, styles["BodyText"]), Spacer(0, 12)]
        if number == 2:
            parts.append(PageBreak())
    path = str(FILES_FOLDER / "travel-policy.pdf")
    document = SimpleDocTemplate(path, pagesize=A4, title="Ternwick travel policy", author="Lourdes Prata")
    document.build(parts)


def _checklist() -> None:
    document = Document()
    document.core_properties.title = "Checklist for the first week"
    document.core_properties.author = "Marta Quill"
    document.add_heading("Checklist for the first week", level=1)
    document.add_paragraph("Hand this list to Marta Quill when the trial period of four months is over.")
    for entry in CHECKLIST:
        document.add_paragraph(entry, style="List Bullet")
    document.save(str(FILES_FOLDER / "onboarding-checklist.docx"))


def _expense_rates() -> None:
    workbook = Workbook()
    workbook.properties.title = "Expense rates"
    sheet = workbook.active
    sheet.title = "Rates per kilometre"
    for row in EXPENSE_RATES:
        sheet.append(row)
    workbook.save(FILES_FOLDER / "expense-rates.xlsx")


if __name__ == "__main__":
    main()
