"""How each cell of the matrix is tried: the address, and for an act a form that would succeed for whoever may do it.

A probe is called what matrix.toml calls it. It is given the world, who tries it, and whose rows it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse

from assessments import api as judging
from assessments.api import write_down
from assessments.models import RecallVersion
from assessments.services.practice.play import sign_of
from assessments.services.practice.recall import _sign as recall_sign
from coaching import api as helping
from coaching.rules.many import Many
from lms import api as record
from lms import clock
from lms.allauth_tables import factors_of, factors_shown
from lms.api import User
from lms.errors import NotAllowed
from lms.rules.groups import PeopleGroup
from tests import people_files
from tests.factories import basics, failed, pictures
from tests.shown import seen as looked_at

from .world import SET, SKILLS, Rows, World

Form = dict[str, Any]
Probe = Callable[[World, User, Rows], tuple[str, Form | None]]
PROBES: dict[str, Probe] = {}

WHY = "As it was seen twice."
SAW = "They asked what happened on Tuesday night, and waited for the second answer."


def day(ahead: int) -> str:
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def seen_by(who: User, act: Callable[..., Any], **fields: Any) -> str:
    """What the page of this act shows somebody now."""
    return looked_at(act, actor=who, at=clock.now(), **fields)


def hour(ahead: float) -> str:
    return f"{clock.now() + timedelta(hours=ahead):%Y-%m-%dT%H:%M}"


def get(name: str, url: Callable[[World, Rows], list[Any]] = lambda world, rows: [], query: Any = None) -> None:
    """A page; ``name`` may end in a word that tells two probes of one page apart."""
    PROBES[f"GET {name}"] = lambda world, who, rows: (
        reverse(name.split()[0], args=url(world, rows)) + (query(world, rows) if query else ""),
        None,
    )


def post(
    name: str,
    url: Callable[[World, Rows], list[Any]] = lambda world, rows: [],
    form: Callable[[World, User, Rows], Form] = lambda world, who, rows: {},
    query: Any = None,
) -> None:
    """An act; the key is added."""
    PROBES[f"POST {name}"] = lambda world, who, rows: (
        reverse(name.split()[0], args=url(world, rows)) + (query(world, rows) if query else ""),
        {"key": str(uuid4()), **form(world, who, rows)},
    )


def about(path: str) -> Callable[[World, Rows], list[Any]]:
    """The uid of a row: ``about("case")``, or of the first of several that there is: ``about("ready case")``."""
    return lambda world, rows: [next(found for name in path.split() if (found := getattr(rows, name))).uid]


# --- Learning -------------------------------------------------------------------------------------------------------

for _name in (
    "home today path skills recall notices my_people who_sees practice requests exchange exchange_ask exchange_example "
    "patterns language people people_invite team team_csv team_xlsx team_enrol coach_away coach_profiles "
    "observer_grants coach_queue observe_index observe_new"
).split():
    get(_name)

get("setup")
for _act in ("starter", "empty"):
    post(f"setup {_act}", form=lambda world, who, rows, act=_act: {"act": act})

get("step", lambda world, rows: [basics.uid("promise")])
get("course", lambda world, rows: [world.course.uid])
get("course unseen", lambda world, rows: [world.hidden_course.uid])
get("lesson", lambda world, rows: [world.lesson().uid])
get("lesson unseen", lambda world, rows: [world.lesson(unseen=True).uid])
post("lesson", lambda world, rows: [world.lesson().uid])
post("lesson unseen", lambda world, rows: [world.lesson(unseen=True).uid])
get("skill", lambda world, rows: [SKILLS[0]])
get("go unseen", lambda world, rows: [world.hidden_course.uid])
for _name in ("case", "session", "person", "signed", "notice"):
    get(f"go {'signoff' if _name == 'signed' else _name}", about(_name))


def question(world: World, *, unseen: bool = False) -> RecallVersion:
    return RecallVersion.objects.get(owner_uid=world.lesson(unseen=unseen).uid, current=True)


for _unseen in (False, True):
    _name = "recall_answer unseen" if _unseen else "recall_answer"
    get(_name, lambda world, rows, unseen=_unseen: [question(world, unseen=unseen).recall_uid])
    post(
        _name,
        lambda world, rows, unseen=_unseen: [question(world, unseen=unseen).recall_uid],
        lambda world, who, rows, unseen=_unseen: {"option": recall_sign(who, question(world, unseen=unseen), "a")},
    )

post("notices_mail", form=lambda *_: {"wanted": []})
post("notices_read", form=lambda world, who, rows: {"notice": rows.notice.uid})
post("language", form=lambda *_: {"language": "en"})
get("calibration", lambda world, rows: [SET])
post("calibration", lambda world, rows: [SET], lambda *_: {"number": 1, **{f"rating-scene-{n}": 3 for n in range(3)}})
get("calibration_result", about("rated"))

# --- Practice -------------------------------------------------------------------------------------------------------

get("practice_brief", lambda world, rows: [basics.uid("access-quay")])
post("practice_brief", lambda world, rows: [basics.uid("access-quay")])
get("practice_attempt", about("attempt"))
post(
    "practice_attempt", about("attempt"),
    lambda world, who, rows: {
        "turn": "say", "node": "first", "choice": sign_of(rows.attempt, "first", "first-best"), "confidence": "sure"
    },
)  # fmt: skip
post("practice_delete", about("attempt"))


def held(rows: Rows) -> str:
    """What the page that removes a second factor names of these rows' person."""
    return factors_shown(factors_of(rows.person))


# --- Steering -------------------------------------------------------------------------------------------------------

post(
    "team_enrol",
    form=lambda world, who, rows: {
        "person": rows.person.uid, "path": world.spare.path.uid, "background": "other", "started_on": day(0)
    },
)  # fmt: skip
post(
    "external_done",
    about("person"),
    lambda world, who, rows: {"enrolment": rows.enrolment.uid, "step": basics.uid("elsewhere")},
)
get("team_steer", about("enrolment"))
post(
    "team_steer pause",
    about("enrolment"),
    lambda world, who, rows: {
        "act": "pause", "from_on": day(1), "reason": WHY, "shown": record.steering_shown(rows.enrolment)
    },
)  # fmt: skip
for _act, _form in {"waive": {}, "extend": {"due_on": day(40)}}.items():
    post(
        f"team_steer {_act}",
        about("enrolment"),
        lambda world, who, rows, act=_act, form=_form: {
            "act": act,
            "step_uid": basics.uid("elsewhere"),
            "reason": WHY,
            "shown": record.steering_shown(rows.enrolment),
            **form,
        },
    )
post(
    "team_steer first_day",
    about("enrolment"),
    lambda world, who, rows: {
        "act": "first_day",
        "started_on": day(1),
        "reason": WHY,
        "shown": record.steering_shown(rows.enrolment),
    },
)
get("team_take_back", about("enrolment"))
post(
    "team_take_back",
    about("enrolment"),
    lambda world, who, rows: {"act": "take_back", "reason": WHY, "shown": record.steering_shown(rows.enrolment)},
)
post("team_take_back undo", about("enrolment"), lambda *_: {"act": "undo"})
get("enrolments_many")


def many_form(world: World, who: User, rows: Rows) -> Form:
    """The learner alone, as the dry run showed it."""
    shown = ""
    with suppress(NotAllowed):
        shown = helping.plan_many(who, Many(world.spare.path.uid, (rows.person.uid,)), clock.now()).shown
    form = {"path": str(world.spare.path.uid), "background": "other", "people": [str(rows.person.uid)]}
    return {"act": "do", "with_coaches": "on", "shown": shown, **form}


post("enrolments_many", form=many_form)
get("enrolments_rules")
get("enrolments_rule_new")


def rule_form(world: World, who: User, rows: Rows) -> Form:
    """A rule for a job title, as the look at it showed."""
    today, shown = clock.now().date(), ""
    spec = record.RuleSpec(PeopleGroup(job="Night watch"), world.spare.path.uid, today, 0)
    with suppress(NotAllowed):
        shown = helping.look_at_rule(who, spec, clock.now()).shown
    form = {"job": "Night watch", "path": str(spec.path_uid), "joined_from_on": str(today), "days_after": "0"}
    return {"act": "do", "shown": shown, **form}


def held_before_file(world: World, who: User, rows: Rows) -> Form:
    """A file with one row, about somebody of whom nothing was recorded."""
    role = world.entry.role_version.profile.title
    text = f"Person;Role;Since;Source\n{world.idle.email};{role};{day(-90)};{WHY}\n"
    return {"file": people_files.upload(text.encode(), name="held.csv")}


post("enrolments_rule_new", form=rule_form)
get("enrolments_rule", lambda world, rows: [world.rule.uid])
post("enrolments_rule", lambda world, rows: [world.rule.uid])
get("coach_propose", about("enrolment"))
post("coach_propose", about("enrolment"), lambda world, who, rows: {"coach": world.idle.uid, "reason": WHY})
get("people_end", about("person"))
post("people_end", about("person"), lambda *_: {"last_day": day(0), "reason": WHY, "now": "on", "sure": "on"})
post("people_stay", about("person"))
get("people_never_came", about("person"))
post("people_never_came", about("person"), lambda *_: {"reason": WHY, "sure": "on"})
get("people_record", about("person"))
get("people_own_record")
get("people_facts", about("person"))
post(
    "people_facts",
    about("person"),
    lambda *_: {"full_name": "Nina Other", "time_zone": "Europe/Copenhagen", "locale": "en"},
)
get("people_leave", about("person"))
post("people_leave", about("person"), lambda *_: {"act": "plan", "from_on": day(1)})
get("people_back", about("person"))
post("people_back", about("person"), lambda *_: {"first_day": day(1)})
post("people_undo_end", about("person"))
get("people_erase", about("person"))
post("people_erase", about("person"), lambda *_: {"reason": WHY})
get("held_before")
post("held_before", form=lambda world, who, rows: {"entries": [world.entry.uid]})
get("held_before_new", about("person"))
post(
    "held_before_new",
    about("person"),
    lambda *_: {"since": day(-90), "source": WHY},
    lambda world, rows: f"?role={world.entry.role_version.uid}",
)
get("held_before_refuse", lambda world, rows: [world.entry.uid])
post("held_before_refuse", lambda world, rows: [world.entry.uid], lambda *_: {"reason": WHY})
get("held_before_file")
post("held_before_file", form=held_before_file)
get("held_before_sample")
get("role_end", lambda world, rows: [world.holding.uid])
post("role_end", lambda world, rows: [world.holding.uid], lambda *_: {"until_on": day(-1), "reason": WHY})
get("people_join", about("person"))
get("people_join_two", lambda world, rows: [rows.person.uid, world.idle.uid])
post(
    "people_join_two",
    lambda world, rows: [rows.person.uid, world.idle.uid],
    lambda world, who, rows: {
        "shown": seen_by(who, judging.join_accounts, person_uid=rows.person.uid, other_uid=world.idle.uid),
        "reason": WHY,
        "sure": "on",
    },
)
get("people_part", about("person"))
post("people_part", about("person"), lambda *_: {"reason": WHY})
get("people_second_factor", about("person"))
post(
    "people_second_factor", about("person"), lambda world, who, rows: {"shown": held(rows), "reason": WHY, "sure": "on"}
)
get("me")
post("me", form=lambda *_: {"preferred_name": "Q", "pronunciation": "cue", "time_zone": "Asia/Tokyo"})
get("me_photo")
post("me_photo", form=lambda *_: {"act": "set", "file": pictures.upload(), "left": 50, "top": 50, "size": 100})
get("photo", lambda world, rows: [rows.person.photo_id, "small"])
get("people_photo", about("person"))
post("people_photo", about("person"), lambda *_: {"reason": WHY})
get("people_address", about("person"))
post(
    "people_address",
    about("person"),
    lambda world, who, rows: {
        "email": "somewhere.else@example.com", "shown": rows.person.email, "held": held(rows), "factors": "keep",
        "reason": WHY, "sure": "on",
    },
)  # fmt: skip
get("people_duties", about("person"))
post("people_duties", about("person"), lambda *_: {"duty": "sponsor", "reason": WHY})


def auditors(world: World, rows: Rows) -> list[Any]:
    """Somebody who has a duty, and its row."""
    who = world.people["AU"]
    return [who.uid, who.duty_holdings.get().uid]


get("people_duty_end", auditors)
post("people_duty_end", auditors, lambda *_: {"reason": WHY})
get("team_ready")
get("role_coach", lambda world, rows: [world.holding.uid])
post(
    "role_coach",
    lambda world, rows: [world.holding.uid],
    lambda world, who, rows: {
        "coach": world.people["CO"].uid, "reason": WHY, "shown": helping.standing_shown(world.holding)
    },
)  # fmt: skip
get("team_coach", about("enrolment"))
post(
    "team_coach",
    about("enrolment"),
    lambda world, who, rows: {
        "coach": world.idle.uid, "reason": WHY, "shown": helping.coaching_shown(rows.enrolment)
    },
)  # fmt: skip
post(
    "team_coach end",
    about("enrolment"),
    lambda world, who, rows: {"act": "end", "reason": WHY, "shown": helping.coaching_shown(rows.enrolment)},
)
post("coach_away", form=lambda *_: {"away_from": day(3), "away_until": day(5), "cover": ""})
post(
    "coach_profiles make",
    form=lambda world, who, rows: {"act": "make", "person": world.people["MG"].uid, "capacity": 2},
)
post(
    "coach_profiles capacity",
    form=lambda world, who, rows: {"act": "capacity", "coach": world.people["CO"].uid, "capacity": 8},
)
get("coach_profiles_end", lambda world, rows: [world.idle.uid])
post(
    "coach_profiles_end",
    lambda world, rows: [world.idle.uid],
    lambda world, who, rows: {"reason": WHY, "shown": helping.coach_shown(world.idle.uid)},
)
get("observer_grants_give")
post(
    "observer_grants_give",
    form=lambda world, who, rows: {
        "act": "give", "person": rows.person.uid, "skills": ["hearing"], "reason": WHY,
        "shown": seen_by(who, helping.give_grants, person_uid=rows.person.uid),
    },
)  # fmt: skip
get("observer_grants_person", lambda world, rows: [world.idle.uid])
post(
    "observer_grants_person revoke",
    lambda world, rows: [world.people["OB"].uid],
    lambda world, who, rows: {
        "act": "revoke", "skills": SKILLS[:1], "reason": WHY,
        "shown": seen_by(who, helping.revoke_grants, person_uid=world.people["OB"].uid),
    },
)  # fmt: skip
for _act in ("take_back", "again"):
    post(
        f"observer_grants_person {_act}",
        lambda world, rows: [world.idle.uid],
        lambda world, who, rows, act=_act: {"act": act, "grants": [getattr(world, act).uid]},
    )
get("person_readiness", about("person"))
post(
    "people_invite",
    form=lambda world, who, rows: {
        "full_name": "Nia New", "email": "nia.new@example.com", "time_zone": "Europe/Copenhagen",
        "team": world.people["NH"].memberships.get().team_id,
    },
)  # fmt: skip
post("people_invite_again", lambda world, rows: [world.invited.uid])

get("people_import")
post(
    "people_import",
    form=lambda *_: {"file": people_files.upload(people_files.csv_bytes(people_files.ANA), name="new.csv")},
)
get("people_import_file", lambda world, rows: [world.file.uid])
post(
    "people_import_file columns",
    lambda world, rows: [world.file.uid],
    lambda *_: {"act": "columns", "leave": "nobody", "column-0": "employee_number", "column-1": "full_name"},
)


def planned(world: World) -> str:
    """What the page of the file shows."""
    look = record.look_at_import(world.file, clock.now())
    return look.plan.fingerprint if look.plan else ""


post(
    "people_import_file write",
    lambda world, rows: [world.file.uid],
    lambda world, who, rows: {
        "act": "write", "leave_out": "yes", "invitations": "now", "shown": planned(world)
    },
)  # fmt: skip
for _act, _said in (("correct", {"cell-4-2": "norbert@example.com"}), ("put_back", {"line": "4"})):
    post(
        f"people_import_file {_act}",
        lambda world, rows: [world.file.uid],
        lambda world, who, rows, act=_act, said=_said: {"act": act, "shown": record.rows_shown(world.file), **said},
    )
get("people_import_file written", lambda world, rows: [world.written.uid])
for _act in ("back", "invite"):
    post(
        f"people_import_file {_act}",
        lambda world, rows: [world.written.uid],
        lambda world, who, rows, act=_act: {"act": act},
    )
get("people_import_left_out", lambda world, rows: [world.file.uid])
get("people_csv")
get("people_xlsx")
get("people_addresses")
post("people_address_keep", lambda world, rows: [record.AddressProposal.objects.get().uid])

get("organisation")
post(
    "organisation",
    form=lambda *_: {
        "name": "Aldermoor", "locale": "en", "time_zone": "Europe/Copenhagen", "working_days": ["1", "2"],
        "expiring_days": "60",
    },
)  # fmt: skip
get("organisation_location_new")
post("organisation_location_new", form=lambda *_: {"name": "Porto", "country": "PT"})
get("organisation_location", lambda world, rows: [record.Location.objects.get(is_main=True).uid])
post(
    "organisation_location",
    lambda world, rows: [record.Location.objects.get(is_main=True).uid],
    lambda *_: {"act": "day", "on": day(3), "is_day": "off", "name": "Company day"},
)
get("operations")
post("operations_work_again", lambda world, rows: [failed.task().uid])
post("operations_mail_again", lambda world, rows: [failed.mail().uid])
get("teams")
get("teams_new")
post("teams_new", form=lambda *_: {"name": "Night shift"})


def team_of_learner(world: World, rows: Rows) -> list[Any]:
    """The team of the learner."""
    return [world.people["NH"].memberships.get().team.uid]


get("teams_team", team_of_learner)
post("teams_team rename", team_of_learner, lambda *_: {"act": "rename", "name": "Night shift"})
post(
    "teams_team manager",
    team_of_learner,
    lambda world, who, rows: {"act": "manager", "person": str(world.people["OB"].uid), "from_on": day(1)},
)
get("people_move", about("person"))
post(
    "people_move",
    about("person"),
    lambda world, who, rows: {
        "act": "move",
        "team": str(world.people["OM"].memberships.get().team.uid),
        "from_on": day(1),
    },
)

# --- Showing what one can ---------------------------------------------------------------------------------------------

get("request_new", lambda world, rows: [basics.uid(f"show-{SKILLS[0]}")])
post(
    "request_new",
    lambda world, rows: [basics.uid(f"show-{SKILLS[0]}")],
    lambda world, who, rows: {
        "observer_uid": User.objects.get(full_name="Fern Observer").uid, "context": "joint call", "planned_on": day(4),
        "own_work": "on",
    },
)  # fmt: skip
post("request_withdraw", about("request"))
post("request_take_over", about("request"))
post("request_take_over covered", about("covered"))


def shown_later(world: World, rows: Rows) -> str:
    """A demonstration of theirs."""
    return f"?enrolment={rows.enrolment.uid}&step={basics.uid(f'show-{SKILLS[0]}')}"


get("challenge_new", query=shown_later)
post("challenge_new", form=lambda *_: {"why": WHY}, query=shown_later)
get("challenge", about("challenge"))
for _act in ("accept", "withdraw"):
    post(
        f"challenge {_act}",
        about("challenge"),
        lambda world, who, rows, act=_act: {
            "act": act, "words": WHY, "shown": helping.challenge_shown(rows.challenge)
        },
    )  # fmt: skip
get("case", about("case"))
get("case flagged", lambda world, rows: [rows.flagged.case.uid])
post("evidence_add", about("case"), lambda *_: {"text": "What was agreed."})
post("evidence_withdraw", about("words"))
get("evidence_file", about("file"))
get("observe", about("request"))
post("observe_answer", about("request"), lambda *_: {"answer": "accept"})


def seen(who: User, uid: Any, shown: str) -> Form:
    """The second page of an observation, with the words sealed as the first one seals them."""
    seal = write_down(actor=who, about=uid, text=SAW, at=clock.now() - timedelta(minutes=2))
    rated = {f"supervision-{SKILLS[0]}": "4", f"mark-{SKILLS[0]}/f-1": "seen"}
    return {"seal": seal, "context": "joint call", "occurred_at": hour(-1), "customer_uid": "", "shown": shown, **rated}


post("observe", about("request"), lambda world, who, rows: seen(
    who, rows.request.uid, seen_by(who, judging.record_observation, request_uid=rows.request.uid)
))  # fmt: skip
post(
    "observe_new",
    form=lambda world, who, rows: seen(
        who,
        rows.enrolment.uid,
        seen_by(who, judging.record_observation, enrolment_uid=rows.enrolment.uid, standard_uid=basics.uid(SKILLS[0])),
    ),
    query=lambda world, rows: f"?learner={rows.enrolment.uid}&standard={basics.uid(SKILLS[0])}",
)

# --- Judging --------------------------------------------------------------------------------------------------------


def decision(who: User, rows: Rows) -> str:
    """What the page of a decision shows this person."""
    return seen_by(who, judging.decide_case, case_uid=(rows.ready or rows.case).uid)


for _name in ("case_decide", "case_claim", "case_read", "case_return"):
    post(_name, about("ready case"), lambda world, who, rows: {"missing": WHY, "shown": decision(who, rows)})
get("case_decide", about("ready case"))


def verdict(world: World, who: User, rows: Rows) -> Form:
    slug = SKILLS[1] if rows.ready else SKILLS[0]
    return {"why": WHY, f"{slug}-verdict": "entrust", f"{slug}-level": "3", "shown": decision(who, rows)}


post("case_decide", about("ready case"), verdict)
get("signoff", about("signed"))
get("countersign", about("flagged"))
post(
    "countersign",
    about("flagged"),
    lambda world, who, rows: {"answer": "agree", "why": WHY, "shown": judging.signoff_shown(rows.flagged)},
)
get("revoke", about("signed"))
for _name, _row in {"revoke": "signed", "revoke own-act": "by_coach"}.items():
    post(
        _name,
        about(_row),
        lambda world, who, rows, row=_row: {
            "reason": WHY, "meant": "on", "shown": judging.signoff_shown(getattr(rows, row))
        },
    )  # fmt: skip

# --- Helping --------------------------------------------------------------------------------------------------------


def of_enrolment(world: World, rows: Rows) -> str:
    return f"?enrolment={rows.enrolment.uid}"


get("session", about("session"))
get("session held", about("held"))
get("session talk", about("talk"))
for _act, _form in {
    "move": lambda *_: {"act": "move", "planned_at": hour(75), "minutes": 30, "place": ""},
    "cancel": lambda *_: {"act": "cancel", "reason": WHY},
    "hold": lambda *_: {"act": "hold", "held_at": hour(90), "shared_notes": "", "private_notes": ""},
    "miss": lambda *_: {"act": "miss"},
}.items():
    post(f"session {_act}", about("session"), _form)
post("session notes", about("held"), lambda *_: {"act": "notes", "shared_notes": "x", "private_notes": "x"})
get("session_plan", query=of_enrolment)
post("session_plan", form=lambda *_: {"planned_at": hour(99), "minutes": 30}, query=of_enrolment)
get("coach_person", about("enrolment"))
get("commitment_new", query=of_enrolment)
post(
    "commitment_new",
    form=lambda world, who, rows: {
        "what": "Ask twice.", "customer": world_customer().uid, "by_on": day(9), "skills": [SKILLS[0]]
    },
    query=of_enrolment,
)  # fmt: skip
get("commitment", about("commitment"))
post("commitment report", about("commitment"), lambda *_: {"act": "report", "report": "They told us."})
post("commitment drop", about("commitment"), lambda *_: {"act": "drop"})
for _act, _form in {
    "confirm": {"skills": [SKILLS[1]], "note": ""}, "send_back": {"note": "What came of it?"}
}.items():  # fmt: skip
    post(
        f"commitment {_act}",
        about("done commitment"),
        lambda world, who, rows, act=_act, form=_form: {
            "act": act, "shown": helping.commitment_now(rows.done or rows.commitment), **form
        },
    )  # fmt: skip


def world_customer() -> Any:
    from lms.api import Customer

    return Customer.objects.get(slug="castell")


# --- The exchange ---------------------------------------------------------------------------------------------------

post("exchange_ask", form=lambda *_: {"skill": SKILLS[0], "title": "How?", "body": "I tried."})
post("exchange_example", form=lambda *_: {"skill": SKILLS[0], "body": "For example so."})
get("exchange_thread", about("thread"))
post("exchange_thread answer", about("thread"), lambda *_: {"kind": "answer", "body": "Like this."})
for _act in ("accept", "hide"):
    post(
        f"exchange_thread {_act}",
        about("thread"),
        lambda world, who, rows, act=_act: {
            "act": act,
            "post": rows.example.uid,
            "reason": WHY,
            "shown": helping.post_shown(rows.example),
        },
    )
