"""What the learner's pages say of a request to be seen, and of a case: whose turn it is, or what became of it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import api
from lms.rules.marks import Mark
from lms.rules.said import by_days


def became_of(request: api.Request) -> Mark:
    """What became of a request so far."""
    status = api.Request.Status
    return {
        status.OPEN: Mark("coach", _("Asked, no answer yet")),
        status.ACCEPTED: Mark("cal", _("Will be there")),
        status.OBSERVED: Mark("done", _("Observed")),
        status.DECLINED: Mark("cross", _("Cannot")),
        status.WITHDRAWN: Mark("cross", _("Withdrawn")),
    }.get(status(request.status), Mark("clock", _("Lapsed")))


def turn_of(mine: api.MyCase, days: int) -> Mark:
    """Whose turn a case of the learner is; ``days``: for how long it has been ready to be decided."""
    status = api.Case.Status
    if mine.case.status == status.DECIDED:
        return Mark("repeat", _("Not yet")) if mine.not_yet else Mark("done", _("Decided"))
    if mine.case.status == status.READY:
        counted = ngettext("With your coach for %(n)s day", "With your coach for %(n)s days", days)
        return Mark("coach", by_days(days, _("With your coach since today"), counted) % {"n": days})
    if mine.waiting:
        return Mark("coach", _("With %(name)s") % {"name": mine.waiting[0].observer.get_short_name()})
    return Mark("you", _("Yours: ask somebody"))
