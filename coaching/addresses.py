"""Where the pages of helping are."""

ADDRESSES = {
    "challenge": "challenge",
    "choice of a coach": "team_coach",
    "commitment": "commitment",
    "exchange": "exchange",
    "grants": "observer_grants",
    "my people": "my_people",
    "new challenge": "challenge_new",
    "new commitment": "commitment_new",
    "new example": "exchange_example",
    "new session": "session_plan",
    "session": "session",
    "standing coach": "role_coach",
    "thread": "exchange_thread",
}
