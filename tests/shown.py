"""What somebody has looked at before they act: the fingerprint that a page would put into its form.

``looked(decide, actor=...)`` is the act of somebody who opened the page a moment ago; ``shown=`` of one's own is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from assessments import api as judging
from coaching import api as helping
from lms import api as record
from lms.errors import Conflict, NotAllowed, NotFound

NOTHING = "nothing"
"""Of a row that is not there: the act is refused before anything is compared."""


SENT: dict[object, str] = {}
"""What the form with this key carried: sent again, it carries the same."""


def looked(act: Callable[..., Any], **fields: Any) -> Any:
    """Carry the act out as somebody who has just looked at its page."""
    shown = SENT.setdefault(fields["key"], seen(act, **fields))
    return act(**{"shown": shown, **fields})


def seen(act: Callable[..., Any], **fields: Any) -> str:
    """What the page of this act shows now."""
    return LOOKS[act](fields) or NOTHING


def _decision(fields: dict[str, Any]) -> str | None:
    case = judging.Case.objects.filter(uid=fields["case_uid"]).select_related("version").first()
    if case and not judging.may_read_observations(fields["actor"], case):
        with suppress(NotAllowed, NotFound):
            judging.read_observations(actor=fields["actor"], case_uid=case.uid, key=uuid4(), at=fields["at"])
    return case and judging.decision_at(case, fields["actor"], fields["at"])


def _signoff(fields: dict[str, Any]) -> str | None:
    event = judging.SignOffEvent.objects.filter(uid=fields["event_uid"]).first()
    return event and judging.signoff_shown(event)


def _encounter(fields: dict[str, Any]) -> str | None:
    request = judging.Request.objects.filter(uid=fields.get("request_uid")).select_related("case__version").first()
    case = request.case if request else open_round(fields.get("enrolment_uid"), fields.get("standard_uid"))
    versions = judging.StandardVersion.objects.filter(standard_uid=fields.get("standard_uid"))
    version = case.version if case else versions.order_by("number").last()
    return version and judging.encounter_at(version, fields["actor"], fields["at"])


def open_round(enrolment_uid: UUID | None, standard_uid: UUID | None) -> Any:
    """The open case of an enrolment on a standard, if there is one."""
    rows = judging.Case.objects.filter(enrolment__uid=enrolment_uid, standard_uid=standard_uid)
    return rows.exclude(status=judging.Case.Status.DECIDED).select_related("version").first()


def _commitment(fields: dict[str, Any]) -> str | None:
    row = helping.Commitment.objects.filter(uid=fields["commitment_uid"]).first()
    return row and helping.commitment_now(row)


def _post(fields: dict[str, Any]) -> str | None:
    row = helping.Post.objects.filter(uid=fields["post_uid"]).select_related("thread").first()
    return row and helping.post_shown(row)


def _challenge(fields: dict[str, Any]) -> str | None:
    row = helping.Challenge.objects.filter(uid=fields["challenge_uid"]).first()
    return row and helping.challenge_shown(row)


def _enrolment(fields: dict[str, Any], look: Callable[[Any], str]) -> str | None:
    row = record.Enrolment.objects.filter(uid=fields["enrolment_uid"]).first()
    return row and look(row)


def _coaching(fields: dict[str, Any]) -> str | None:
    return _enrolment(fields, helping.coaching_shown)


def _steering(fields: dict[str, Any]) -> str | None:
    return _enrolment(fields, record.steering_shown)


def _grants(fields: dict[str, Any]) -> str:
    held = helping.open_grants_of(fields["actor"], fields["person_uid"])
    return helping.grants_shown(fields["person_uid"], held)


def _ended_coach(fields: dict[str, Any]) -> str:
    return helping.coach_shown(fields["person_uid"])


def _joining(fields: dict[str, Any]) -> str:
    with suppress(Conflict, NotAllowed, NotFound):
        return judging.look_at_joining(fields["actor"], fields["person_uid"], fields["other_uid"]).shown
    return NOTHING


LOOKS: dict[Callable[..., Any], Callable[[dict[str, Any]], str | None]] = {
    **dict.fromkeys((judging.decide_case, judging.return_case), _decision),
    **dict.fromkeys((judging.countersign, judging.revoke_signoff), _signoff),
    judging.record_observation: _encounter,
    **dict.fromkeys((helping.confirm_commitment, helping.send_back_commitment), _commitment),
    **dict.fromkeys((helping.accept_post, helping.hide_post, helping.show_post), _post),
    helping.answer_challenge: _challenge,
    **dict.fromkeys(
        (helping.assign_coach, helping.hand_over, helping.end_assignment, helping.answer_proposal), _coaching
    ),
    **dict.fromkeys(
        (
            record.pause_path,
            record.resume_path,
            record.extend_step,
            record.waive_step,
            record.correct_first_day,
            judging.take_back_path,
        ),
        _steering,
    ),
    **dict.fromkeys((helping.give_grants, helping.revoke_grants), _grants),
    helping.end_coach: _ended_coach,
    judging.join_accounts: _joining,
}


def shown_on(client: Client, url: str, near: str = "") -> str:
    """The fingerprint in the first form of a page, or in the first one after some words; "" when there is none."""
    page = client.get(url).content.decode()
    return _shown_in(page[max(page.find(near), 0) :])


def _shown_in(markup: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', markup)
    return found[1] if found else ""


def look_and_send(client: Client, url: str, form: dict[str, Any], near: str = "", **extra: Any) -> Any:
    """Open a page and send its form: what that very form shows goes along. With an ``act``, the form of its button."""
    page = client.get(url).content.decode()
    page = page[max(page.find(near), 0) :]
    forms = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
    mine = [markup for markup in forms if f'value="{form.get("act")}"' in markup]
    shown = _shown_in(mine[0] if mine else page)
    return client.post(url, {"shown": shown, **form}, **extra)
