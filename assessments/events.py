"""News of judging, sent after commit, ids only."""

from django.dispatch import Signal

requested = Signal()  # request_id
observed = Signal()  # observation_id
signed_off = Signal()  # event_ids
