"""One planted fault at a time: each is named with its file, its line and a sentence that says what to change."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cms.rules.curriculum import Curriculum, Problem, read_curriculum
from cms.rules.curriculum.checks.judged import judge_calibration_sets, judge_scenarios
from cms.rules.curriculum.documents import (
    CalibrationSetDoc,
    ChoiceDoc,
    DecisionDoc,
    EndingDoc,
    LookForDoc,
    NodeDoc,
    OpenDoc,
    ScenarioDoc,
)

FOLDER = Path(__file__).resolve().parents[2] / "curriculum"

SKILLS, LEARNING, SCENARIOS = "1-skills.yaml", "2-learning.yaml", "3-scenarios.yaml"
PROGRAMME, PEOPLE, CLOSED_DOORS = "4-programme.yaml", "5-people.yaml", "lessons/closed-doors.yaml"
HOBBY = "lessons/a-business-not-a-hobby.yaml"
FIRST_PARAGRAPH = "text: >-\n      While the new"
THIRD_CHOICE = """\
    - id: pass
      text: "We know nothing about cold storage. Pass."
      to: decide
      score: {customer-selection: 0}
      state: {time: 0}
      why: "Safe, and incurious."
"""


@dataclass(frozen=True)
class Fault:
    """In ``file``, behind the text ``after``, ``old`` becomes ``new``; the problem then ``says`` something.

    It stands in ``in_file`` (default: the same file) on the line where ``at`` begins, looked for behind ``after`` first
    and then from the top (default: where ``new`` begins).
    """

    file: str
    after: str
    old: str
    new: str
    says: str
    at: str = ""
    in_file: str = ""

    @property
    def problem_file(self) -> str:
        return self.in_file or self.file


# Wrong form: the file cannot be read as a curriculum.
FORM = {
    "unknown key": Fault(SKILLS, "slug: trust-repair", "about:", "abuot:", "`abuot` is unknown here; write `about`"),
    "missing key": Fault(
        SKILLS,
        "",
        '  not_this: "Counts workshops',
        '  # "Counts workshops',
        "`not_this` is missing",
        at="- slug: results-measurement",
    ),
    "stray key by an unquoted comma": Fault(
        SKILLS, "slug: discovery", 'text: "Asks open questions and leaves', "text: Asks, and leaves", "is unknown here"
    ),
    "duplicate key": Fault(
        LEARNING,
        "slug: right-customers",
        "  minutes: 60\n",
        "  minutes: 60\n  minutes: 61\n",
        "`minutes` is written twice",
        at="  minutes: 61",
    ),
    "text for a number": Fault(LEARNING, "slug: three-ways-to-win", "minutes: 50", "minutes: fifty", "a whole number"),
    "number for a text": Fault(
        LEARNING,
        "slug: three-ways-to-win",
        'title: "Three ways to win, and why we picked one"',
        "title: 3",
        "put it in quotes",
    ),
    "date for a text": Fault(
        PROGRAMME,
        "id: days-to-ready",
        'title: "Median days until a new account consultant is ready"',
        "title: 2024-01-31",
        "a date",
    ),
    "text for a list": Fault(
        LEARNING, "slug: three-ways-to-win", "[intimacy-model]", "intimacy-model", "must be a list"
    ),
    "list for a text": Fault(
        LEARNING,
        "slug: three-ways-to-win",
        "a: Running smoothly",
        "a: [Running]\n    b: Running",
        "must be text, not a list",
    ),
    "text for a mapping": Fault(
        LEARNING,
        "slug: discovery-visit",
        "{valid_months: 18, use_every_months: 6}",
        "long",
        "must be a mapping of keys",
    ),
    "empty text": Fault(
        LEARNING, "slug: product-training", 'title: "Product training: sensors and services"', "title:", "is empty"
    ),
    "blank text": Fault(
        SKILLS,
        "slug: co-creation",
        'not_this: "Collects wishes, then decides in private."',
        'not_this: "  "',
        "is empty",
    ),
    "escaped control character": Fault(
        SKILLS, "slug: co-creation", "title: Creating with customers", 'title: "Creating\\0"', "control character"
    ),
    "Norwegian without quotes": Fault(PEOPLE, "id: ingrid-solberg", '"no"', "no", "YAML reads no as yes-or-no"),
    "not kebab-case": Fault(SKILLS, "", "- slug: offer-know-how", "- slug: Offer know-how", "joined by hyphens"),
    "unknown word": Fault(SKILLS, "slug: discovery", "family: Soft", "family: Gentle", "must be one of Technical"),
    "number above its limit": Fault(
        SKILLS, "slug: account-consultant", "threshold: 0.85", "threshold: 85", "at most 1"
    ),
    "valid for ten thousand years": Fault(
        LEARNING, "slug: discovery-visit", "valid_months: 18", "valid_months: 120000", "at most 120"
    ),
    "observations of all times": Fault(
        LEARNING, "slug: discovery-visit", "window_days: 120", "window_days: 20000", "at most 2000"
    ),
    "minutes without end": Fault(LEARNING, "slug: three-ways-to-win", "minutes: 50", "minutes: 40000", "at most 9999"),
    "score above 2": Fault(SCENARIOS, "id: own-the-summer", "trust-repair: 2", "trust-repair: 3", "at most 2"),
    "three indicators": Fault(
        SKILLS,
        "slug: discovery",
        "    Practitioner:\n",
        "    - {id: third, text: Third}\n    Practitioner:\n",
        "exactly 2 entries",
        at="    - {id: open-then-silent",
    ),
    "two choices": Fault(
        SCENARIOS, "id: enter-now", THIRD_CHOICE, "", "exactly 3 entries, not 2", at="    - id: ready-sites"
    ),
    "node of two forms": Fault(
        SCENARIOS, "id: out\n", "    end:", "    open: Write\n    end:", "exactly one of choices", at="- id: out\n"
    ),
    "ending with half a pass": Fault(
        SCENARIOS, "id: done\n", "    pass_at: 0.7\n", "", "`pass_at` is missing", at="- id: done\n"
    ),
    "unlock of two modes": Fault(
        LEARNING, "id: practise-who-gets-paid", "{all: [", "{any: [{day: 3}], all: [", "exactly one of all, any or n_of"
    ),
    "n without n_of": Fault(LEARNING, "id: commit-to-listen", "{any: [", "{n: 1, any: [", "`n` is unknown"),
    "condition of two kinds": Fault(
        LEARNING,
        "id: show-explain-the-model",
        "{step: study-three-ways}",
        "{step: study-three-ways, day: 3}",
        "exactly one of step",
    ),
    "title on a practice": Fault(
        LEARNING,
        "id: practise-never-again",
        "      ref: never-again\n",
        "      ref: never-again\n      title: Port\n",
        "`title` is unknown",
        at="      title: Port",
    ),
    "figure without alt": Fault(
        HOBBY,
        "title: A good account in a weak market",
        "alt: >-",
        "alternative: >-",
        "`alt` is missing",
        at="- type: figure",
    ),
    "figure of unknown kind": Fault(HOBBY, "", "kind: bar", "kind: pie", "must be one of bar"),
    "lesson too long to read": Fault(CLOSED_DOORS, "", "minutes: 5", "minutes: 9", "at most 8"),
    "state without its detail": Fault(
        PEOPLE,
        "id: lucia-moreno",
        ", expires_in_days: 40",
        "",
        "`expires_in_days` is missing",
        at="  state: {kind: expiring",
    ),
    "state with a stray detail": Fault(
        PEOPLE, "id: felix-braun", "{kind: on-track}", "{kind: on-track, days: 3}", "`days` is unknown"
    ),
    "learner without gates": Fault(
        PEOPLE, "id: bruno-silva", "  gates: {", "  # {", "`gates` is missing", at="id: bruno-silva"
    ),
    "observer without a basis": Fault(
        PEOPLE, "id: noor-aziz", "  observer_basis: founding\n", "", "`observer_basis` is missing", at="id: noor-aziz"
    ),
    "lesson of another title": Fault(
        CLOSED_DOORS, "", 'title: "Why closed accounts matter"', "title: Why they matter", "use the same title in both"
    ),
    "lesson that is not listed": Fault(
        CLOSED_DOORS, "", "- slug: why-closed-accounts-matter", "- slug: why-not", "is not in 2-learning.yaml"
    ),
    "lesson that is not written": Fault(
        CLOSED_DOORS,
        "",
        "- slug: why-closed-accounts-matter",
        "- slug: why-not",
        "is not written",
        at="  - slug: why-closed-accounts-matter",
        in_file=LEARNING,
    ),
    "lessons of another course": Fault(
        CLOSED_DOORS,
        "",
        "course: closed-doors",
        "course: customer-back",
        "`course` must be closed-doors",
        at="# Lessons",
    ),
}

# Wrong meaning: the numbered invariants.
MEANING = {
    "1 slug twice": Fault(
        SKILLS, "", "- slug: account-economics", "- slug: offer-know-how", "used twice within the skills"
    ),
    "1 item id twice": Fault(
        LEARNING,
        "id: study-closed-doors",
        "id: practise-who-gets-paid",
        "id: practise-never-again",
        "used twice",
        at="- id: practise-never-again\n      kind: practice\n      ref: never-again",
    ),
    "1 choice id twice": Fault(
        SCENARIOS, "", "id: new-leadership", "id: own-the-summer", "used twice within the node open"
    ),
    "1 account twice": Fault(
        PEOPLE, "id: felix-braun", "account: learner", "account: stuck", "The account stuck is used twice"
    ),
    "1 required skill twice": Fault(
        SKILLS, "slug: coach\n", "skill: discovery", "skill: growing-colleagues", "used twice"
    ),
    "1 lesson tag twice": Fault(
        CLOSED_DOORS, "", "skills: [trust-repair]", "skills: [trust-repair, trust-repair]", "names trust-repair twice"
    ),
    "1 need twice": Fault(
        PROGRAMME, "", "id: brant-engagement", "id: brant-delivery-hour", "used twice within the needs"
    ),
    "1 unknown skill in a role": Fault(
        SKILLS, "slug: coach\n", "skill: discovery", "skill: discovering", "no skill discovering"
    ),
    "1 unknown standard in a role": Fault(
        SKILLS, "slug: coach\n", "standard: observe-and-decide", "standard: observe", "no demonstration observe"
    ),
    "1 standard on an ordinary requirement": Fault(
        SKILLS,
        "slug: coach\n",
        "target_day: 21",
        "target_day: 21, standard: discovery-visit",
        "critical requirement only",
    ),
    "1 talk courses are not the tagged ones": Fault(
        SKILLS,
        "slug: trust-repair",
        "courses: [closed-doors]",
        "courses: [closed-doors, customer-back]",
        "those with a lesson tagged",
    ),
    "1 course skills are not its tags": Fault(
        LEARNING,
        "- slug: right-customers",
        "[customer-selection, account-economics]",
        "[customer-selection]",
        "must be the tags of the lessons",
    ),
    "1 skill without a prompt": Fault(
        LEARNING,
        "exchange_prompts",
        "- {skill: trust-repair,",
        "- {skill: discovery,",
        "has no exchange prompt",
        at="- slug: trust-repair",
        in_file=SKILLS,
    ),
    "1 unknown course on a path": Fault(
        LEARNING, "id: study-three-ways", "ref: three-ways-to-win", "ref: three-ways", "no course"
    ),
    "1 unknown indicator": Fault(
        LEARNING,
        "slug: discovery-visit",
        "- discovery/plays-back",
        "- discovery/plays-forward",
        "no indicator discovery/plays-forward",
    ),
    "1 unknown node": Fault(SCENARIOS, "id: own-the-summer", "to: cost", "to: costs", "no node costs"),
    "1 unknown speaker": Fault(SCENARIOS, "- id: cost\n", "speaker: ines-calder", "speaker: ines", "no person"),
    "1 unknown owner": Fault(PROGRAMME, "id: team-pay", "owner: marta-lind", "owner: marta", "no person marta"),
    "1 unknown team": Fault(PEOPLE, "id: jonas-frey", "team: health-and-metal", "team: health", "no team health"),
    "1 unknown milestone in a state": Fault(
        PEOPLE, "id: elena-popa", "milestone: done-with-a-coach", "milestone: done", "no milestone on the path"
    ),
    "1 cohort member on another path": Fault(
        PROGRAMME, "cohort:", "members: [jonas-frey", "members: [tariq-aman", "not on the path"
    ),
    "1 managers in a circle": Fault(
        PEOPLE, "id: marta-lind\n", "manager: null", "manager: dan-whitlock", "break the circle"
    ),
    "1 gates lack a required skill": Fault(
        PEOPLE, "id: felix-braun", "trust-repair: try, ", "", "lacks the required skill trust-repair", at="  gates: {"
    ),
    "2 standard missing from the path": Fault(
        LEARNING,
        "",
        "ref: account-story",
        "ref: explain-the-model",
        "No demonstration on this path is for",
        at="- slug: first-ninety-days",
    ),
    "2 standard grants too little": Fault(
        LEARNING, "slug: value-options\n", "grants: 4", "grants: 3", "raise `grants`"
    ),
    "2 shown after the target day": Fault(
        SKILLS,
        "slug: account-consultant",
        "{skill: offer-know-how, level: 4, weight: 1, target_day: 60}",
        "{skill: offer-know-how, level: 4, weight: 1, target_day: 50}",
        "must be shown by day 50",
        at="      due_day: 55",
        in_file=LEARNING,
    ),
    "3 no tagged lesson": Fault(
        LEARNING,
        "slug: first-ninety-days",
        "ref: closed-doors",
        "ref: ready-in-time",
        "No lesson on this path",
        at="slug: first-ninety-days",
    ),
    "3 no practice": Fault(
        LEARNING,
        "slug: first-ninety-days",
        "ref: nine-percent",
        "ref: who-gets-paid",
        "No practice on this path is for results-measurement",
        at="slug: first-ninety-days",
    ),
    "3 needless exception": Fault(
        LEARNING,
        "slug: first-ninety-days",
        "no_practice_on_path: []",
        "no_practice_on_path: [{skill: discovery, reason: None here}]",
        "needs no exception",
    ),
    "4 milestone days do not rise": Fault(LEARNING, "id: done-with-a-coach\n", "day: 60", "day: 30", "must rise"),
    "4 starts after it is due": Fault(
        LEARNING, "id: practise-never-again", "start_day: 11", "start_day: 19", "must not lie after"
    ),
    "4 due after the milestone": Fault(LEARNING, "id: study-closed-doors", "due_day: 13", "due_day: 31", "at most 30"),
    "4 minutes of an item": Fault(LEARNING, "id: practise-never-again", "minutes: 15", "minutes: 16", "must be 15"),
    "4 minutes of a path": Fault(LEARNING, "slug: first-ninety-days", "minutes: 2167", "minutes: 2168", "must be 2167"),
    "4 unlock points forward": Fault(
        LEARNING,
        "id: practise-who-gets-paid",
        "{step: study-customer-back}",
        "{step: show-value-options}",
        "No earlier step",
    ),
    "4 unlock names its own milestone": Fault(
        LEARNING,
        "id: study-build-with-customers",
        "{milestone: explain-how-we-work}",
        "{milestone: done-with-a-coach}",
        "No earlier milestone",
    ),
    "4 more conditions than there are": Fault(LEARNING, "id: commit-to-visit-notes", '"n": 2', '"n": 4', "at most 3"),
    "4 unlock that never opens": Fault(
        LEARNING, "id: show-explain-the-model", "gate: try", "gate: show", "never opens"
    ),
    "4 unlock of another level": Fault(
        LEARNING, "id: show-explain-the-model", "level: 3", "level: 4", "the role's level"
    ),
    "4 unlock after it is due": Fault(
        LEARNING, "id: show-value-options", "{day: 60}", "{day: 95}", "comes after the item is due"
    ),
    "4 first session too late": Fault(LEARNING, "id: meet-your-adviser", "due_day: 6", "due_day: 8", "by day 7"),
    "4 sessions too far apart": Fault(
        LEARNING,
        "id: session-month-in-review",
        "kind: session",
        "kind: commitment",
        "26 days lie between",
        at="      due_day: 44",
    ),
    "5 more observers than observations": Fault(
        LEARNING, "slug: sponsor-inspection\n", "observers: 1", "observers: 2", "at most 1, the number of observations"
    ),
    "5 more contexts than places": Fault(
        LEARNING, "slug: revenue-trial\n", "contexts: 1", "contexts: 2", "the number of places"
    ),
    "5 the coach leaves no room": Fault(
        LEARNING, "slug: discovery-visit\n", "max_from_coach: 1", "max_from_coach: 2", "leaves room"
    ),
    "5 skill without an indicator": Fault(
        LEARNING,
        "slug: explain-the-model\n",
        "skills: [intimacy-model]",
        "skills: [intimacy-model, discovery]",
        "No indicator of discovery",
    ),
    "5 expected level is not what it grants": Fault(
        LEARNING, "slug: discovery-visit\n", "{day: 60, level: 4}", "{day: 60, level: 5}", "last level must be 4"
    ),
    "6 unreachable node": Fault(
        SCENARIOS, "slug: discount-call", "to: half", "to: reason", "No route leads to half", at="  - id: half\n"
    ),
    "6 cycle": Fault(
        SCENARIOS, "slug: never-again", "to: cost", "to: open", "can come back to open", at="- id: open\n"
    ),
    "7 best choice is critical": Fault(
        SCENARIOS,
        "id: what-changed",
        "      why:",
        "      critical: true\n      why:",
        "cannot be critical",
        at="      critical: true",
    ),
    "7 another choice scores more": Fault(
        SCENARIOS,
        "id: price-is-price",
        "{value-negotiation: -1}",
        "{value-negotiation: 2, discovery: 2}",
        "as high as the first",
    ),
    "7 another choice is better on one skill": Fault(
        SCENARIOS,
        "id: worth-to-a-line",
        "discovery: 1, customers-business: 2",
        "trust-repair: 1",
        "scores higher on trust-repair",
    ),
    "8 skill scored once on a route": Fault(
        SCENARIOS,
        "id: what-changed",
        "{value-negotiation: 2, discovery: 2}",
        "{value-negotiation: 2}",
        "scores discovery in 1",
        at="  - id: held",
    ),
    "8 best route cannot pass": Fault(
        SCENARIOS,
        'id: fin\n    end: "The board adopts',
        '    pass_at: 0.7\n    otherwise: "The board thanks you and deepens Castell anyway."\n',
        "",
        "The best route ends here",
        at='  - id: fin\n    end: "The board adopts',
    ),
    "8 last decision does not ask": Fault(
        SCENARIOS,
        "Cold storage grows 22 percent. We should",
        "    ask_confidence: true\n",
        "",
        "ask how sure",
        at="- id: cold\n    speaker: pavel-orlik",
    ),
    "9 score of another skill": Fault(
        SCENARIOS, "id: halfway", "account-economics: -2", "trust-repair: -2", "no skill of this scenario"
    ),
    "9 rubric of another skill": Fault(
        SCENARIOS,
        "id: sheet",
        "[value-negotiation, account-economics]",
        "[value-negotiation, trust-repair]",
        "no skill of this scenario",
    ),
    "10 lesson without its rule": Fault(
        CLOSED_DOORS,
        "",
        "- type: quote_rule\n    text:",
        "- type: pause\n    prompt:",
        "lacks a quote_rule",
        at="- slug: why-closed-accounts-matter",
    ),
    "10 short paragraph": Fault(
        CLOSED_DOORS,
        "",
        FIRST_PARAGRAPH,
        'text: "Too short."\n  - type: paragraph\n    ' + FIRST_PARAGRAPH,
        "This paragraph has 2 words",
    ),
    "10 long lesson": Fault(
        CLOSED_DOORS,
        "",
        "      While the new",
        "      While the " + "very " * 200 + "new",
        "bring it to 300-500",
        at="- slug: why-closed-accounts-matter",
    ),
    "10 wrong total": Fault(HOBBY, "", "value: -110", "value: -111", "must be -110"),
    "10 labels alike": Fault(
        HOBBY, "", '"Four other accounts", value', '"Orrin Tooling", value', "make the labels differ", at="    data:"
    ),
    "10 course too short for its lessons": Fault(
        LEARNING, "- slug: closed-doors", "minutes: 45", "minutes: 20", "raise `minutes`"
    ),
    "10 code in a text": Fault(
        CLOSED_DOORS, "", "**Named people**", "`Named people`", "Only **bold**", at="    text: >-\n      Such work"
    ),
    "10 bold without an end": Fault(
        CLOSED_DOORS, "", "**Named people**", "**Named people", "no partner", at="    text: >-\n      Such work"
    ),
    "11 two options alike": Fault(
        LEARNING,
        "id: how-we-run",
        "[All sales staff complete a course in consultative listening,",
        '["account teams are paid on customers\' results",',
        "Two options",
    ),
    "11 right answers too often the longest": Fault(
        HOBBY,
        "id: market-result",
        'a: "40"',
        'a: "It leaves 40"',
        "longest in 12 of 34",
        at='a: "She asked two questions',
        in_file="lessons/ready-in-time.yaml",
    ),
    "12 too few vignettes to pass": Fault(
        LEARNING, "- slug: discovery-set", "min_items: 10", "min_items: 13", "at most 12"
    ),
    "12 only one observer": Fault(
        PEOPLE,
        "id: ruta-balode\n",
        "observes: [growing-colleagues, ",
        "observes: [",
        "let two observe",
        at="skills: [growing-colleagues]\n  grants",
        in_file=LEARNING,
    ),
    "12 signer who may not observe": Fault(
        PEOPLE,
        "id: devi-rao",
        "observes: [co-creation, ",
        "observes: [",
        "may not observe all skills",
        at="- {standard: customer-session, level: 4, day: -7",
    ),
    "12 signer who is not the coach": Fault(
        PEOPLE,
        "id: priya-raman",
        "day: -6, signer: samir-haddad",
        "day: -6, signer: hanna-berg",
        "is not the coach of priya-raman",
    ),
    "12 signer who was not a leaver's coach": Fault(
        PEOPLE,
        "id: nora-eskildsen",
        "former_coach: nadia-petrova",
        "former_coach: owen-price",
        "is not the coach of nora",
        at="- {standard: explain-the-model",
    ),
    "13 show without a sign-off": Fault(
        PEOPLE, "id: felix-braun", "discovery: do", "discovery: show", "No sign-off in force"
    ),
    "13 show with a lower sign-off": Fault(
        PEOPLE,
        "id: priya-raman",
        "{standard: discovery-visit, level: 4",
        "{standard: discovery-visit, level: 3",
        "reaches level 4 for discovery",
        at="  gates: {",
    ),
    "13 show with an expired sign-off": Fault(
        PEOPLE, "id: lucia-moreno", "day: -325", "day: -400", "for trust-repair", at="  gates: {"
    ),
    "13 show with a revoked sign-off": Fault(
        PEOPLE,
        "id: anton-weiss",
        "signer: amira-nasser}",
        "signer: amira-nasser, revoked_day: -2}",
        "on discovery-visit reaches",
        at="  gates: {",
    ),
    "13 show with another standard": Fault(
        PEOPLE, "id: sofia-lindqvist", "customers-business: do", "customers-business: show", "on account-story reaches"
    ),
    "13 sign-off without show": Fault(
        PEOPLE, "id: anton-weiss", "discovery: show", "discovery: do", "set its gate to show"
    ),
    "13 lower sign-off below do": Fault(
        PEOPLE, "id: anton-weiss", "customers-business: do", "customers-business: try", "counts as do"
    ),
    "13 progress": Fault(PEOPLE, "id: david-kimani", "progress: 93.3", "progress: 93.4", "must be 93.3"),
    "13 coverage": Fault(PEOPLE, "id: david-kimani", "coverage: 83", "coverage: 84", "must be 83"),
    "13 ready": Fault(PEOPLE, "id: david-kimani", "ready: false", "ready: true", "must be false"),
    "13 one learner too many": Fault(
        PEOPLE, "id: elena-popa", "coach: nadia-petrova", "coach: amira-nasser", "has room for 3"
    ),
    "13 coach without capacity": Fault(
        PEOPLE, "id: samir-haddad", "  capacity: 5\n", "", "has no `capacity`", at="  coach: samir-haddad"
    ),
    "13 level above the ceiling": Fault(
        PEOPLE, "id: tariq-aman", "level: 4, day: -4", "level: 5, day: -4", "grants level 4 at most"
    ),
    "13 signed before the first day": Fault(
        PEOPLE, "id: anton-weiss", "day: -8, signer", "day: -40, signer", "was not at work"
    ),
}


def spoil(folder: Path, fault: Fault) -> int:
    """Plant the fault and give the line on which its problem must stand."""
    path = folder / fault.file
    text = path.read_text(encoding="utf-8")
    behind = text.index(fault.after)
    start = text.index(fault.old, behind)
    text = text[:start] + fault.new + text[start + len(fault.old) :]
    path.write_text(text, encoding="utf-8")
    if fault.at:
        text = (folder / fault.problem_file).read_text(encoding="utf-8")
        found = text.find(fault.at, behind if fault.problem_file == fault.file else 0)
        start = found if found >= 0 else text.index(fault.at)
        start += len(fault.at) - len(fault.at.lstrip("\n"))
    return text.count("\n", 0, start) + 1


def fault_of(folder: Path, fault: Fault) -> tuple[bool, list[Problem]]:
    draft = shutil.copytree(FOLDER, folder / "curriculum")
    line = spoil(draft, fault)
    curriculum, problems = read_curriculum(draft)
    found = [problem for problem in problems if (problem.file, problem.line) == (fault.problem_file, line)]
    assert any(fault.says in problem.message for problem in found), (line, [str(problem) for problem in problems])
    assert all(problem.message.endswith(".") for problem in problems)
    return curriculum is not None, problems


@pytest.mark.parametrize("name", FORM)
def test_wrong_form_is_named_and_gives_no_curriculum(name: str, tmp_path: Path) -> None:
    readable, problems = fault_of(tmp_path, FORM[name])
    assert not readable
    assert len(problems) <= 3  # one mistake brings few others


@pytest.mark.parametrize("name", MEANING)
def test_a_readable_file_with_a_wrong_meaning_names_its_fault(name: str, tmp_path: Path) -> None:
    readable, _ = fault_of(tmp_path, MEANING[name])
    assert readable


# --- Written by hand -------------------------------------------------------------------------------------------------


def test_a_weakest_route_above_the_standard_is_named() -> None:
    scores = ({"a": 2, "b": 2}, {"a": 2, "b": -2}, {"a": 1, "b": 0})
    problems = list(judge_scenarios(with_scenario(decision("one", "two", scores), decision("two", "end", scores))))
    assert [problem.message for problem in problems] == [
        "Always the weakest choice gives 1.00 for a; keep it below 0.70."
    ]


def test_choices_that_score_alike_give_no_verdict() -> None:
    scores = ({"a": 1, "b": 2}, {"a": 1, "b": -2}, {"a": 1, "b": 0})
    problems = list(judge_scenarios(with_scenario(decision("one", "two", scores), decision("two", "end", scores))))
    assert [problem.message.partition(";")[0] for problem in problems] == [
        "On the route one-0 - two-0 all choices score a alike"
    ]


def test_a_calibration_set_uses_all_levels_in_twelve_vignettes() -> None:
    curriculum, _ = read_curriculum(FOLDER)
    assert curriculum is not None
    first = curriculum.calibration_sets[0]
    few = first.become(CalibrationSetDoc, items=tuple(item for item in first.items if item.reference != 5))
    problems = list(judge_calibration_sets(replace(curriculum, calibration_sets=(few,))))
    assert {problem.message for problem in problems} == {
        "A set needs at least 12 vignettes; add some.",
        "No vignette has reference 5; add one.",
    }


def test_countless_routes_are_judged_without_walking_each() -> None:
    """3 ** 30 of them: the judge looks at each node once."""
    scores = ({"a": 2, "b": 2}, {"a": 0, "b": 0}, {"a": -1, "b": -1})
    nodes = [decision(f"n{n}", f"n{n + 1}" if n < 29 else "end", scores) for n in range(30)]
    assert list(judge_scenarios(with_scenario(*nodes))) == []
    only_a = ({"a": 2}, {"a": 0}, {"a": -1})
    nodes[1:] = [decision(node.id, node.choices[0].to, only_a) for node in nodes[1:]]
    said = [problem.message for problem in judge_scenarios(with_scenario(*nodes))]
    assert len(said) == 1
    assert "scores b in 1 of its decisions" in said[0]


def test_a_chain_of_thousands_of_nodes_needs_no_recursion() -> None:
    nodes: list[NodeDoc] = [written(f"n{n}", f"n{n + 1}") for n in range(1989)]
    c = with_scenario(*nodes, written("n1989", "end"))
    assert [problem.message for problem in judge_scenarios(c)] == [
        "The route end scores a in 0 of its decisions; score it in at least two.",
        "The route end scores b in 0 of its decisions; score it in at least two.",
    ]


def written(name: str, to: str) -> OpenDoc:
    look_for = tuple(LookForDoc(id=f"look-{n}", text="x") for n in range(4))
    return OpenDoc(id=name, open="x", rubric=("a",), look_for=look_for, to=to)


def decision(name: str, to: str, scores: tuple[dict[str, int], ...]) -> DecisionDoc:
    choices = tuple(
        ChoiceDoc(id=f"{name}-{n}", text="x" * (n + 1), to=to, score=score, state={}, why="x")
        for n, score in enumerate(scores)
    )
    return DecisionDoc(id=name, speaker="ines-calder", mood="even", says="x", choices=choices, ask_confidence=True)


def with_scenario(*nodes: NodeDoc) -> Curriculum:
    """The curriculum that we ship, with one scenario of these nodes."""
    curriculum, _ = read_curriculum(FOLDER)
    assert curriculum is not None
    ending = EndingDoc(id="end", end="x", debrief="x", pass_at=0.7, otherwise="x")
    first = curriculum.scenarios[0]
    scenario = first.become(ScenarioDoc, skills=("a", "b"), start=nodes[0].id, nodes=(*nodes, ending))
    return replace(curriculum, scenarios=(scenario,))
