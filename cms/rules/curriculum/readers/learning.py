"""Readers of 2-learning.yaml without its courses."""

from __future__ import annotations

from cms.rules.curriculum.documents import (
    CalibrationSetDoc,
    DemonstrationDoc,
    EvidenceDoc,
    ExpectedLevelDoc,
    ExternalDoc,
    ItemDoc,
    LeafDoc,
    MilestoneDoc,
    NoPracticeDoc,
    PassDoc,
    PathDoc,
    PromptDoc,
    RuleDoc,
    UnlockDoc,
    ValidityDoc,
    VignetteDoc,
)
from cms.rules.curriculum.documents.learning import KINDS_WITH_REF, KINDS_WITH_SKILLS
from cms.rules.curriculum.fields import Place, list_of, matching, number, one_of, slug, text, whole, yes_no
from cms.rules.numbers import LAST_DAY, MOST_ITEMS, MOST_MINUTES, MOST_MONTHS, MOST_OBSERVATIONS

MODES = ("all", "any", "n_of")
_indicator_ref = matching(r"[a-z0-9-]+/[a-z0-9-]+", "a skill and an indicator such as discovery/plays-back", 200)


def prompt(place: Place) -> PromptDoc:
    with place.mapping() as m:
        return PromptDoc(at=m.at, skill=m.get("skill", slug), prompt=m.get("prompt", text))


def external(place: Place) -> ExternalDoc:
    with place.mapping() as m:
        return ExternalDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            about=m.get("about", text),
            minutes=m.get("minutes", whole(1, MOST_MINUTES)),
            done_by=m.get("done_by", one_of("manager")),
            note=m.get("note", text),
        )


def path(place: Place) -> PathDoc:
    with place.mapping() as m:
        return PathDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            role=m.get("role", slug),
            minutes=m.get("minutes", whole(0)),
            minutes_optional=m.get("minutes_optional", whole(0)),
            no_practice_on_path=m.get("no_practice_on_path", list_of(_no_practice)),
            milestones=m.get("milestones", list_of(_milestone, 1)),
        )


def _no_practice(place: Place) -> NoPracticeDoc:
    with place.mapping() as m:
        return NoPracticeDoc(at=m.at, skill=m.get("skill", slug), reason=m.get("reason", text))


def _milestone(place: Place) -> MilestoneDoc:
    with place.mapping() as m:
        return MilestoneDoc(
            at=m.at,
            id=m.get("id", slug),
            day=m.get("day", whole(1, LAST_DAY)),
            title=m.get("title", text),
            items=m.get("items", list_of(_item, 1)),
        )


def _item(place: Place) -> ItemDoc:
    with place.mapping() as m:
        kind = m.get("kind", one_of(*KINDS_WITH_REF, *KINDS_WITH_SKILLS))
        of_skills = kind in KINDS_WITH_SKILLS
        if not kind:
            m.accept_all()
        return ItemDoc(
            at=m.at,
            id=m.get("id", slug),
            kind=kind,
            ref=m.get("ref", slug) if kind and not of_skills else "",
            skills=m.get("ref", list_of(slug, 1)) if of_skills else (),
            title=m.get("title", text) if of_skills else None,
            required=m.get("required", yes_no),
            start_day=m.get("start_day", whole(1, LAST_DAY)),
            due_day=m.get("due_day", whole(1, LAST_DAY)),
            minutes=m.get("minutes", whole(1, MOST_MINUTES)),
            unlock=m.maybe("unlock", _unlock),
        )


def _unlock(place: Place) -> UnlockDoc:
    with place.mapping() as m:
        written = [mode for mode in MODES if m.has(mode)]
        if len(written) != 1:
            m.wrong("An unlock must have exactly one of all, any or n_of; keep one of them.")
            m.accept_all()
            return UnlockDoc(mode="all", leaves=())
        mode = written[0]
        leaves = m.get(mode, list_of(_leaf, 1))
        return UnlockDoc(at=m.at, mode=mode, leaves=leaves, n=m.get("n", whole(1)) if mode == "n_of" else None)


def _leaf(place: Place) -> LeafDoc:
    with place.mapping() as m:
        written = [kind for kind in ("step", "milestone", "skill", "day") if m.has(kind)]
        if len(written) != 1:
            m.wrong(
                "A condition must have exactly one of step, milestone, skill or day; write one condition per brace."
            )
            m.accept_all()
            return LeafDoc(kind="day", day=0)
        kind = written[0]
        if kind == "day":
            return LeafDoc(at=m.at, kind=kind, day=m.get("day", whole(1, LAST_DAY)))
        if kind == "skill":
            gate, level = m.get("gate", one_of("try", "do", "show")), m.get("level", whole(1, 5))
            return LeafDoc(at=m.at, kind=kind, ref=m.get("skill", slug), gate=gate, level=level)
        return LeafDoc(at=m.at, kind=kind, ref=m.get(kind, slug))


def demonstration(place: Place) -> DemonstrationDoc:
    with place.mapping() as m:
        return DemonstrationDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            skills=m.get("skills", list_of(slug, 1)),
            grants=m.get("grants", whole(1, 5)),
            risk=m.get("risk", one_of("low", "standard", "high")),
            signers=m.get("signers", whole(1, 1)),
            where=m.get("where", list_of(text, 1)),
            minutes=m.get("minutes", whole(1, MOST_MINUTES)),
            about=m.get("about", text),
            specification=m.get("specification", text),
            limits=m.get("limits", text),
            risk_if_fails=m.get("risk_if_fails", text),
            indicators=m.get("indicators", list_of(_indicator_ref, 1)),
            evidence=m.get("evidence", list_of(_evidence, 1)),
            expected_level_by_day=m.get("expected_level_by_day", list_of(_expected_level, 1)),
            rule=m.get("rule", _rule),
            validity=m.get("validity", _validity),
        )


def _evidence(place: Place) -> EvidenceDoc:
    with place.mapping() as m:
        return EvidenceDoc(at=m.at, id=m.get("id", slug), text=m.get("text", text))


def _expected_level(place: Place) -> ExpectedLevelDoc:
    with place.mapping() as m:
        return ExpectedLevelDoc(at=m.at, day=m.get("day", whole(1, LAST_DAY)), level=m.get("level", whole(1, 5)))


def _rule(place: Place) -> RuleDoc:
    with place.mapping() as m:
        return RuleDoc(
            at=m.at,
            observations=m.get("observations", whole(1, MOST_OBSERVATIONS)),
            observers=m.get("observers", whole(1, MOST_OBSERVATIONS)),
            contexts=m.get("contexts", whole(1, MOST_OBSERVATIONS)),
            at_least=m.get("at_least", whole(1, 5)),
            latest=m.get("latest", whole(1, MOST_OBSERVATIONS)),
            window_days=m.get("window_days", whole(1, LAST_DAY)),
            max_from_coach=m.get("max_from_coach", whole(0, MOST_OBSERVATIONS)),
        )


def _validity(place: Place) -> ValidityDoc:
    with place.mapping() as m:
        return ValidityDoc(
            at=m.at,
            valid_months=m.get("valid_months", whole(1, MOST_MONTHS)),
            use_every_months=m.get("use_every_months", whole(1, MOST_MONTHS)),
        )


def calibration_set(place: Place) -> CalibrationSetDoc:
    with place.mapping() as m:
        return CalibrationSetDoc(
            at=m.at,
            slug=m.get("slug", slug),
            skill=m.get("skill", slug),
            passing=m.get("pass", _passing),
            items=m.get("items", list_of(_vignette, 1)),
        )


def _passing(place: Place) -> PassDoc:
    with place.mapping() as m:
        return PassDoc(
            at=m.at,
            kappa=m.get("kappa", number(0, 1)),
            max_bias=m.get("max_bias", number(0, 4)),
            min_items=m.get("min_items", whole(1, MOST_ITEMS)),
        )


def _vignette(place: Place) -> VignetteDoc:
    with place.mapping() as m:
        return VignetteDoc(
            at=m.at,
            id=m.get("id", slug),
            vignette=m.get("vignette", text),
            reference=m.get("reference", whole(1, 5)),
            why=m.get("why", text),
        )
