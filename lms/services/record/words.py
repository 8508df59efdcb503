"""What things are called today: titles of content and of skills, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, CharField, F, PositiveSmallIntegerField, Q, Value, When

from lms.models import Label, Skill
from lms.services.platform.prepared import Prepared

RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Word:
    """The current title, summary and minutes (0: not said) of a piece of content or a skill."""

    uid: UUID
    kind: str
    title: str
    summary: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """Titles by uid of the content, and skills by slug. ``retired``: skills that have left the site, and no longer have
    a page.
    """

    content: dict[UUID, Word]
    skills: dict[str, Word]
    retired: frozenset[str] = frozenset()

    def title(self, uid: UUID | None, default: str = "") -> str:
        """What a piece of content is called; ``default`` for one without a label."""
        word = self.content.get(uid) if uid else None
        return word.title if word else default

    def skill(self, slug: str) -> str:
        """What a skill is called; the slug of one that is gone."""
        word = self.skills.get(slug)
        return word.title if word else slug


def labels_of(uids: Iterable[UUID | None], locale: str = "en") -> dict[UUID, Label]:
    """The current titles of these pieces of content; source locale where a translation is missing. Queries: 1."""
    wanted = {uid for uid in uids if uid}
    rows = Label.objects.filter(uid__in=wanted, locale__in={locale, "en"})
    return {row.uid: row for row in sorted(rows, key=lambda row: row.locale == locale)}


def words_of(uids: Iterable[UUID | None], slugs: Iterable[str], locale: str = "en") -> Words:
    """The current titles of content and skills together; source locale where a translation is missing. Queries: 1."""
    named = Skill.objects.filter(slug__in=set(slugs))
    columns = ("uid", "kind", "title", "summary", "minutes")
    labels = Label.objects.filter(
        Q(uid__in={uid for uid in uids if uid}) | Q(uid__in=named.values("uid")), locale__in={locale, "en"}
    ).annotate(slug=_text(""))
    skills = named.annotate(
        kind=Case(When(archived_at=None, then=_text("skill")), default=_text(RETIRED)),
        summary=_text(""),
        minutes=Value(0, output_field=PositiveSmallIntegerField()),
        locale=_text(""),
    )
    rows = labels.values_list(*map(F, columns), F("slug"), F("locale")).union(
        skills.order_by().values_list(*map(F, columns), F("slug"), F("locale")), all=True
    )
    content: dict[UUID, Word] = {}
    slug_of: dict[str, UUID] = {}
    retired = set()
    for row in sorted(rows, key=lambda row: (row[6] == locale, row[6] != "")):
        content[row[0]] = Word(*row[:5])
        if row[5]:
            slug_of[row[5]] = row[0]
            if row[1] == RETIRED:
                retired.add(row[5])
    return Words(content, {slug: content[uid] for slug, uid in slug_of.items()}, frozenset(retired))


@dataclass(slots=True)
class _Skill:
    id: int
    uid: UUID
    slug: str
    title: str


_skills = Prepared(_Skill, lambda slugs: Skill.objects.filter(slug__in=slugs))


def skills_by_slug(slugs: Iterable[str]) -> dict[str, Skill]:
    """These skills, with their titles, by slug. Queries: 1, 0 for none."""
    rows = _skills(slugs=sorted(set(slugs)))
    return {row.slug: Skill(id=row.id, uid=row.uid, slug=row.slug, title=row.title) for row in rows}


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())
