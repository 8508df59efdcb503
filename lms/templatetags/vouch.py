"""Small tags and filters for the components in ``templates/components``: markup only, nothing is fetched here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from lms import addresses, clock
from lms.api import News, User
from lms.rules import charts, names, said
from lms.rules.ladder import Ladder
from lms.rules.target import Target

register = template.Library()


# --- Signs ------------------------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "") -> SafeString:
    """The icon ``i-<name>`` of the sprite, silent for screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" {css}" if css else "", name
    )


@register.filter
def initials(name: object) -> str:
    """Two letters for a monogram: of the first and the last word of a name, hyphens and short particles aside."""
    words = [word for word in str(name or "").split() if word[:1].isalpha()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


FACES = {"": (44, "small"), "small": (32, "small"), "large": (112, "middle")}
"""How wide a face stands at most, and which size of the photo that takes on fine screens."""


@register.simple_tag
def face(name: object, photo: UUID | str | None, css: str = "") -> SafeString:
    """Somebody's photo, or their initials where they have none: ``{% face person.full_name person.photo_id %}``.

    ``css``: small, large, or nothing. Silent for screen readers: the name always stands beside it. ``photo`` comes with
    the row of the person, so that a list asks nothing more.
    """
    more = f" face--{css}" if css else ""
    if not photo:
        return format_html('<span class="mono face{}" aria-hidden="true">{}</span>', more, initials(name))
    width, size = FACES[css]
    shape = '<img class="face{}" src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">'
    return format_html(shape, more, reverse("photo", args=[photo, size]), width, width)


@register.filter
def sitter(portrait: object) -> str:
    """The id of a person in portraits.svg: ``portrait-ines-calder`` and ``ines-calder`` name the same drawing."""
    return str(portrait or "scene").removeprefix("portrait-")


@register.filter
def address(email: object) -> SafeString:
    """An e-mail address that may break after its @ on a narrow page, and nowhere else."""
    local, _at, domain = str(email or "").partition("@")
    return format_html("{}@<wbr>{}", local, domain) if domain else format_html("{}", local)


@register.filter
def address_of(target: Target | None) -> str:
    """Where the page is that a service means: ``{{ move.target|address_of }}``; empty for none."""
    return addresses.address_of(target)


@register.filter
def job_and_teams(person: User) -> str:
    """What somebody does, and in which teams: each name once. ``memberships__team`` is read before."""
    names = [person.job, *(membership.team.name for membership in person.memberships.all())]
    return ", ".join(dict.fromkeys(filter(None, names)))


@register.filter
def country_name(code: str) -> str:
    """What a country is called in the reader's language, by its code of two letters."""
    return names.country_name(code, get_language() or "en")


@register.filter
def spoken(codes: Iterable[str]) -> str:
    """Languages by name: ``["en", "da"]`` as "English, Danish"; what Django does not know stays as it was written."""
    return ", ".join(_language(code) for code in codes)


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


# --- Forms ------------------------------------------------------------------------------------------------------


@register.filter
def kind(field: BoundField) -> str:
    """How a bound field is set: hidden, choices, checkbox, textarea, select, file or input."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    return "file" if isinstance(widget, forms.FileInput) else "input"


@register.filter
def attrs(field: BoundField, pairs: str) -> SafeString:
    """A bound field's control with more attributes: ``{{ form.day|attrs:"class:input,autocomplete:off" }}``.

    A ``class`` is added to what the widget has; any other attribute replaces it.
    """
    return _control(field, dict(pair.split(":", 1) for pair in pairs.split(",") if ":" in pair))


@register.simple_tag
def control(
    field: BoundField, *, css: str = "", rows: int | str = "", draft: str = "", bare: bool | str = False
) -> SafeString:
    """The control of a bound field in the house style; ``draft`` names what the browser keeps until it is sent.

    ``bare`` empties a placeholder that only repeats the label.
    """
    classes = css if kind(field) == "checkbox" else f"input {css}".strip()
    wanted = {"class": classes, "rows": rows, "data-draft": draft}
    extra = {name: str(value) for name, value in wanted.items() if value}
    return _control(field, extra | ({"placeholder": ""} if bare else {}))


def _control(field: BoundField, extra: dict[str, str]) -> SafeString:
    """The control with ``extra`` attributes; classes of the widget stay."""
    own = str(field.field.widget.attrs.get("class", ""))
    if "class" in extra:
        extra["class"] = " ".join(dict.fromkeys([*own.split(), *extra["class"].split()]))
    return field.as_widget(attrs=dict(extra))


@register.filter
def error_count(form: forms.BaseForm) -> int:
    """How many sentences the error summary of a form holds."""
    return sum(len(errors) for errors in form.errors.values())


@register.filter
def lead(label: object) -> str:
    """A label before a sentence: with a colon, unless it ends in a mark of its own ("How sure are you?")."""
    text = str(label).rstrip()
    return text if text.endswith((".", "?", "!", ":")) else f"{text}:"


@register.inclusion_tag("components/key.html", takes_context=True)
def act_key(context: template.Context, key: UUID | str, shown: str = "") -> dict[str, Any]:
    """The hidden fields of every act: the token against forged forms, the key that makes a double submit one act, and
    the fingerprint of what the page shows, where the act rests on it.
    """
    return {"key": key, "shown": shown, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/notices.html", takes_context=True)
def notices(context: Mapping[str, Any], news: News) -> dict[str, Any]:
    """What is new for the reader, each notice with the key of the act that marks it as read; nothing when nothing is.

    After *Mark all as read* the reader is back on the page on which it stood.
    """
    return {
        "notices": [(notice, uuid4()) for notice in news.notices],
        "more": news.more,
        "key": uuid4(),
        "here": context["request"].get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


# --- Figures ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RulerMark:
    """A milestone on the ruler of days: its day, where it stands in percent and which side its number leans to."""

    day: int
    x: str
    anchor: str


@register.simple_tag
def ladder(state: str = "", label: str = "", bays: Iterable[str] = ()) -> SafeString:
    """The small ladder; see ``components/ladder.html``. A grid has hundreds, of a few shapes: each is drawn once."""
    return _ladder(state, str(label or ""), tuple(bays or ()))


@lru_cache(maxsize=4096)
def _ladder(state: str, label: str, bays: tuple[str, ...]) -> SafeString:
    return render_to_string("components/ladder.html", {"state": state, "label": label, "bays": bays})


@register.simple_tag
def grid_cells(cells: Iterable[Ladder], skills: Iterable[tuple[str, str, bool]], name: str, address: str) -> SafeString:
    """The cells of one row of a grid, each a link that says the word, the skill and whose it is, with what decides as
    its title: in one go, for a page has hundreds. ``skills``: slug, title and whether it is critical, as in the head.
    """
    parts = (
        (address, cell.note, _ladder("", "", cell.bays), cell.word, skill[1], name)
        for cell, skill in zip(cells, skills, strict=True)
    )
    cell_of = '<td><a href="{}" title="{}">{}<span>{}</span><span class="vh">: {}, {}</span></a></td>'
    return format_html_join("", cell_of, parts)


@register.inclusion_tag("components/days.html")
def days(today: int, total: int, milestones: Iterable[int]) -> dict[str, Any]:
    """The ruler of days: every day a line, milestones long lines with their number, a pin on today.

    ``today`` may lie before day 0 or after ``total``; the pin then stands at the end of the ruler.
    """
    length = max(int(total), 1)

    def place(day: int) -> float:
        return round(min(max(day, 0), length) / length * 100, 2)

    marks = [
        RulerMark(day, f"{place(day)}", "end" if place(day) > 96 else "start" if place(day) < 2 else "middle")
        for day in sorted({int(day) for day in milestones})
    ]
    return {
        "today": today,
        "total": total,
        "marks": marks,
        "x": f"{place(int(today))}",
        "units": length * 10,
        "label": _ruler_sentence(today, total, [mark.day for mark in marks]),
    }


def _ruler_sentence(today: int, total: int, milestones: list[int]) -> str:
    """What a screen reader says instead of the ruler."""
    sentence = _("Day %(today)s of %(total)s.")
    if today < 1:
        sentence = _("The path of %(total)s days has not begun.")
    elif today > total:
        sentence = _("The %(total)s days of the path are over.")
    sentence %= {"today": today, "total": total}
    if not milestones:
        return sentence
    listed = ", ".join(str(day) for day in milestones)
    return sentence + " " + _("Milestones on these days: %(days)s.") % {"days": listed}


@register.filter
def chart(figure: Mapping[str, Any]) -> charts.Bars | charts.ChartLine | tuple[charts.ChartPoint, ...] | None:
    """Where the marks of a lesson figure stand (``lms.rules.charts``); None for kinds that are plain lists."""
    drawers: dict[str, Any] = {"bar": charts.bars, "line": charts.line, "quadrant": charts.quadrant}
    drawer = drawers.get(str(figure["kind"]))
    return drawer(figure["data"]) if drawer else None


@register.filter
def number(value: float | str, sign: object = "") -> str:
    """A figure for reading: the locale's separators, a true minus, no needless zeros; ``"sign"`` shows a plus."""
    amount = float(value)
    text = number_format(abs(amount), decimal_pos=None if amount % 1 else 0, force_grouping=True)
    if amount < 0:
        return "−" + text
    return ("+" if sign and amount else "") + text


@register.filter
def percent(share: float | str | None) -> str:
    """A share from 0 to 1 as an SVG length, held between its ends: ``0.88`` becomes ``88.0%``."""
    return f"{min(max(float(share or 0), 0.0), 1.0) * 100:.1f}%"


@register.filter
def seats(taken: int, total: int) -> list[dict[str, Any]]:
    """The places of a coach as boxes, 24 px apart; more people than places still show, as places taken."""
    count = max(int(taken), int(total))
    lefts = [1 + 24 * index for index in range(count)]
    return [
        {"x": x, "end": x + 18, "taken": index < int(taken), "over": index >= int(total)}
        for index, x in enumerate(lefts)
    ]


@register.filter
def notch(level: int | str) -> str:
    """Where one of five words (0 worst, 4 best) stands on the line of a meter."""
    return f"{6 + 22 * min(max(int(level), 0), 4)}%"


DAYS = {
    "": said.full_day, "short": said.short_day, "week": said.long_day, "week year": said.whole_day,
    "list": said.list_day,
}  # fmt: skip


@register.filter
def day(value: date | None, how: str = "") -> str:
    """A day: 30 April 2027. ``short`` has no year, ``week`` a weekday, ``week year`` both, ``list`` is 30 Apr 2027."""
    return DAYS[how](_here(value)) if value else ""


@register.filter
def moment(value: datetime | None, how: str = "") -> str:
    """The same with the time of day: 30 April 2027, 15:30."""
    return said.at_hour(day(value, how), _here(value)) if value else ""


def _here(value: date) -> Any:
    """A day as it is; a moment in the zone that is active."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return clock.local(value, timezone.get_current_timezone())
    return value


@register.filter
def instant(value: object) -> str:
    """A moment for the ``datetime`` attribute of ``time``; empty for anything else."""
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else ""
