"""Blocks of a lesson; their markup is that of ``static/css/components/lesson.css``."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import BlockGroup
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from cms.rules.numbers import MOST_TO_TRY

from .base import LineBlock, NumberBlock, PublishingStreamBlock, WholeBlock, WordsBlock

TEXT = ["bold", "italic", "link"]
FIGURES = (
    ("steps", _("Steps in order")),
    ("bar", _("Bars")),
    ("line", _("A line")),
    ("quadrant", _("A quadrant")),
)


class ExampleBlock(blocks.StructBlock):
    """A short true-to-life case."""

    title = LineBlock(label=_("Title"))
    text = WordsBlock(features=TEXT, label=_("Text"))

    class Meta:
        icon = "user"
        label = _("Example")
        template = "blocks/example.html"
        label_format = "{title}"
        preview_value = {
            "title": _("A worn cutter"),
            "text": "<p>The night shift spoiled 25 parts before anybody noticed.</p>",
        }


def _side(label: Any) -> blocks.StructBlock:
    return blocks.StructBlock(
        [
            ("title", LineBlock(label=_("Title"))),
            ("points", blocks.ListBlock(LineBlock(label=_("Point")), min_num=1, label=_("Points"))),
        ],
        label=label,
    )


class ContrastBlock(blocks.StructBlock):
    """Two columns side by side."""

    left = _side(_("Left"))
    right = _side(_("Right"))

    class Meta:
        icon = "grip"
        label = _("Contrast")
        template = "blocks/contrast.html"
        label_format = "{left} / {right}"
        preview_value = {
            "left": {"title": _("Inside-out"), "points": [_("How do we sell more of this?")]},
            "right": {"title": _("Customer-back"), "points": [_("What must be done by six o'clock?")]},
        }


class AxisBlock(blocks.StructBlock):
    """The words at both ends of an axis."""

    low = LineBlock(required=False, label=_("Low end"))
    high = LineBlock(required=False, label=_("High end"))


class PointBlock(blocks.StructBlock):
    """One mark of a figure: steps use the text, bars and lines the value, a quadrant x and y."""

    label = LineBlock(label=_("Label"))
    text = LineBlock(required=False, label=_("Text"))
    value = NumberBlock(required=False, label=_("Value"))
    total = blocks.BooleanBlock(required=False, label=_("Total: closes the bars before it"))
    x = NumberBlock(low=0, high=100, required=False, label=_("x, 0 to 100"))
    y = NumberBlock(low=0, high=100, required=False, label=_("y, 0 to 100"))

    class Meta:
        label_format = "{label} {value}"


class FigureBlock(blocks.StructBlock):
    """A figure that the server draws from its data (``templates/components/figure.html``)."""

    kind = blocks.ChoiceBlock(choices=FIGURES, default="steps", label=_("Kind"))
    title = LineBlock(label=_("Title"))
    alt = blocks.TextBlock(label=_("In words"), rows=3, help_text=_("All that the figure says, for those who hear it."))
    unit = LineBlock(required=False, label=_("Unit"), help_text=_("For bars and lines."))
    x_axis = AxisBlock(label=_("Horizontal axis"))
    y_axis = AxisBlock(label=_("Vertical axis"))
    data = blocks.ListBlock(PointBlock(label=_("Mark")), min_num=1, label=_("Data"))

    needed = {"steps": ("text",), "bar": ("value",), "line": ("value",), "quadrant": ("x", "y")}

    def clean(self, value: Any) -> Any:
        """Publishing asks that each mark holds what the kind of figure needs."""
        value = super().clean(value)
        needed = self.needed.get(value["kind"], ())
        if not self.is_deferred_validation and any(_missing(point, needed) for point in value["data"]):
            raise blocks.StructBlockValidationError(
                non_block_errors=[_("Each mark of this kind of figure needs: %(what)s.") % {"what": ", ".join(needed)}]
            )
        return value

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """``figure`` for the component; marks that are not finished in a draft are left out."""
        needed = self.needed.get(value["kind"], ())
        data = [dict(point) for point in value["data"] if not _missing(point, needed)]
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"figure": {**value, "data": data}}

    class Meta:
        icon = "view"
        label = _("Figure")
        template = "blocks/figure.html"
        label_format = "{kind}: {title}"
        form_layout = BlockGroup(
            children=["kind", "title", "data", "alt"],
            settings=["unit", "x_axis", "y_axis"],
        )
        preview_value = {
            "kind": "steps",
            "title": _("Four questions from symptom to cost"),
            "alt": _("Effect, count, owner, number."),
            "unit": "",
            "x_axis": {"low": "", "high": ""},
            "y_axis": {"low": "", "high": ""},
            "data": [
                {"label": _("What happens then?"), "text": _("The effect")},
                {"label": _("How often?"), "text": _("The count")},
            ],
        }


def _missing(point: Any, needed: tuple[str, ...]) -> bool:
    return any(point.get(name) in (None, "") for name in needed)


class PauseBlock(blocks.StructBlock):
    """A private question; no answer is stored unless the reader keeps one."""

    prompt = blocks.TextBlock(label=_("Question"), rows=3)

    class Meta:
        icon = "help"
        label = _("Pause")
        template = "blocks/pause.html"
        label_format = "{prompt}"
        preview_value = {"prompt": _("Which of the four questions did you skip last time?")}


class TryItBlock(blocks.StructBlock):
    """Something to do away from the screen; its minutes come on top of the reading."""

    prompt = blocks.TextBlock(label=_("What to do"), rows=3)
    takes_minutes = WholeBlock(low=1, high=MOST_TO_TRY, label=_("Takes (minutes)"))

    class Meta:
        icon = "edit"
        label = _("Try it")
        template = "blocks/tryit.html"
        label_format = "{prompt}"
        preview_value = {"prompt": _("Write the customer's job in one sentence."), "takes_minutes": 10}


class RecallBlock(blocks.StructBlock):
    """A recall question: one right answer and two others, shuffled on display. Its uid follows from its id."""

    q = blocks.TextBlock(label=_("Question"), rows=2)
    a = LineBlock(label=_("Right answer"))
    wrong = blocks.ListBlock(LineBlock(label=_("Answer")), min_num=2, label=_("Wrong answers"))
    why = blocks.TextBlock(label=_("Why"), rows=2, help_text=_("Told at once after answering."))

    def clean(self, value: Any) -> Any:
        """Publishing asks for three different answers."""
        value = super().clean(value)
        options = [value["a"], *value["wrong"]]
        if not self.is_deferred_validation and (len(options) != 3 or len(set(options)) != 3):
            raise blocks.StructBlockValidationError(non_block_errors=[_("Write three different answers.")])
        return value

    class Meta:
        icon = "help"
        label = _("Recall")
        template = "blocks/recall.html"
        label_format = "{q}"
        preview_value = {
            "q": _("When may you stop asking?"),
            "a": _("When the problem has an owner and a number"),
            "wrong": [_("When the hour is over"), _("When they like our offer")],
            "why": _("Until then you are guessing."),
        }


class ImageWithWords(blocks.StructBlock):
    """A picture with its text alternative."""

    image = ImageBlock(label=_("Image"))
    caption = LineBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Image")
        template = "blocks/image.html"
        label_format = "{caption}"


class LessonBodyBlock(PublishingStreamBlock):
    """The body of a lesson."""

    paragraph = WordsBlock(
        features=TEXT,
        label=_("Paragraph"),
        icon="pilcrow",
        group=_("Reading"),
        template="blocks/paragraph.html",
        preview_value="<p>Customers tell us <b>symptoms</b>. A symptom is a fair place to start.</p>",
    )
    example = ExampleBlock(group=_("Reading"))
    contrast = ContrastBlock(group=_("Reading"))
    figure = FigureBlock(group=_("Reading"))
    quote_rule = blocks.TextBlock(
        rows=2,
        label=_("Rule to remember"),
        icon="openquote",
        group=_("Reading"),
        template="blocks/quote_rule.html",
        preview_value=_("Stop asking only when the problem has an owner and a number."),
    )
    pause = PauseBlock(group=_("Doing"))
    tryit = TryItBlock(group=_("Doing"))
    recall = RecallBlock(group=_("Doing"))
    image = ImageWithWords(group=_("More"))
    document = DocumentChooserBlock(label=_("Document"), group=_("More"), template="blocks/document.html")
    resource = blocks.PageChooserBlock(
        page_type="cms.ResourcePage", label=_("Resource"), icon="link", group=_("More"), template="blocks/resource.html"
    )


class RecallStreamBlock(PublishingStreamBlock):
    """The recall questions of a course."""

    recall = RecallBlock()
