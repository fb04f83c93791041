"""Fields and their values as people write them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from search_api.web.text import clean
from settings.fields import FieldType

_FIELDS: Final = {
    "connector": "Source",
    "created_at": "Created",
    "file_type": "Type",
    "languages": "Language",
    "updated_at": "Updated",
}
_RANGE: Final = re.compile(r"[\[{]\s*(.+?)\s+TO\s+(.+?)\s*[\]}]", re.DOTALL)
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)
_LANGUAGES: Final = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian",
    "nl": "Dutch", "nn": "Norwegian (Nynorsk)", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def label_of(name: str) -> str:
    """A field's name."""
    return _FIELDS.get(name, name.replace("_", " ").capitalize())


def value_label(name: str, kind: FieldType, value: str) -> str:
    """A value of a field, or a range of its values."""
    if kind in {FieldType.DATE, FieldType.LONG, FieldType.DOUBLE}:
        return _range_label(kind, value)
    if kind is FieldType.BOOLEAN:
        return {"true": "yes", "false": "no"}.get(value, clean(value))
    if name in {"language", "languages"}:
        return _LANGUAGES.get(value, clean(value))
    if name == "file_type" and len(value) <= 5:
        return clean(value).upper()
    return clean(value) or "(empty)"


def day_of(moment: datetime) -> str:
    """A date."""
    return f"{moment.day} {moment:%b %Y}"


def _range_label(kind: FieldType, value: str) -> str:
    found = _RANGE.fullmatch(value.strip())
    if found is None:
        return _end_label(kind, value)
    low, high = (None if end == "*" else _end_label(kind, end) for end in found.groups())
    if low is None:
        return f"up to {high}" if high else "any"
    return f"{low} – {high}" if high else f"from {low}"


def _end_label(kind: FieldType, text: str) -> str:
    try:
        if kind is not FieldType.DATE:
            return f"{float(text):,.10g}" if kind is FieldType.DOUBLE else f"{int(text):,}"
        if _MONTH.fullmatch(text):
            return f"{datetime.fromisoformat(f'{text}-01'):%b %Y}"
        return clean(text) if len(text) <= len("2026") else day_of(datetime.fromisoformat(text))
    except ValueError:
        return clean(text)
