"""One order and one fold of names.

The *order* is that of the organisation's language, by the Unicode Collation Algorithm with CLDR's rules for it (ICU):
letter case and accents decide last, Å stands behind Z in Danish and beside A in English. Words count one by one. Signs
do not count, as CLDR's ``alternate=shifted`` has it, but a space does: "=Anna" stands with Anna, "Ann Zorn" before
"Anna". Small words before a family name do not count where dictionaries of that language leave them out. The *fold* is
what searches compare: without case, accents and signs, ß as ss, ø as o.

Both are written beside the name when it is saved (``lms.models.named``), so that every list of it is in one order on
every database.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import icu
from django.utils.translation import get_language

LONGEST = 1000
"""Of an order, in characters: two names that are alike so far stand side by side."""

LEFT_OUT = {
    "da": {"af", "von", "van", "de"},
    "de": {"von", "vom", "van", "zu", "zum", "zur", "und", "der", "den", "dem", "ter", "ten"},
    "fi": {"af", "von"},
    "nb": {"av", "von", "van", "de"},
    "nl": {"van", "de", "der", "den", "ter", "ten", "te", "het", "'t", "op", "in", "aan", "bij", "onder", "uit"},
    "sv": {"af", "av", "von", "van", "de"},
}
"""Particles of people's names by language, where they are written small. Elsewhere (English, Flemish, French) they
count.
"""
BELGIAN = "nl-be"


def order_of(name: str, language: str) -> str:
    """What a name or title is sorted by: hexadecimal digits, which every database and Python put in the same order."""
    return _order(name, name, language)


def order_of_person(name: str, language: str) -> str:
    """The same for the name of a person, whose particles may not count."""
    return _order(name, _without_particles(name, language), language)


def _order(name: str, sorted_by: str, language: str) -> str:
    key, name = _collator(language).getSortKey, unicodedata.normalize("NFC", name).strip()
    plain = _without_signs(unicodedata.normalize("NFC", sorted_by)) or name
    return str((key(plain) + key(name)).hex())[:LONGEST]


def fold(text: str) -> str:
    """What searches compare: small letters without accents and signs, dashes as spaces, each script in its own."""
    return " ".join(_without_signs(_plain().transliterate(text)).split())


def title_order(title: str) -> str:
    """What a title is sorted by for who reads it now."""
    return order_of(title, get_language() or "en")


def country_name(code: str, language: str) -> str:
    """What a country (ISO 3166-1, two letters) is called in a language."""
    return str(icu.Locale("", code).getDisplayCountry(icu.Locale.forLanguageTag(language)))


def in_order(choices: list[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Choices of value and name, by the names."""
    return sorted(choices, key=lambda choice: order_of(choice[1], language))


def _without_signs(text: str) -> str:
    """Punctuation and symbols gone; a dash parts words."""
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        kept.append(" " if kind == "Pd" or kind[0] == "Z" else "" if kind[0] in "PSC" else letter)
    return " ".join("".join(kept).split())


def _without_particles(name: str, language: str) -> str:
    """Without the small words that this language does not sort by; the last word is never one."""
    language = language.lower()
    small: set[str] = set() if language == BELGIAN else LEFT_OUT.get(language.partition("-")[0], set())
    words = name.split()
    return " ".join([*(word for word in words[:-1] if word not in small), *words[-1:]])


@lru_cache(maxsize=16)
def _collator(language: str) -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale.forLanguageTag(language))


@lru_cache(maxsize=1)
def _plain() -> icu.Transliterator:
    return icu.Transliterator.createInstance("NFKD; [:Mn:] Remove; Latin-ASCII; Lower; NFC")
