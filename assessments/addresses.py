"""Where the pages of judging are."""

ADDRESSES = {
    "calibration": "calibration",
    "case": "case",
    "coached learner": "coach_person",
    "decision": "case_decide",
    "erasure": "people_erase",
    "held before": "held_before",
    "managed people": "team",
    "new request": "request_new",
    "queue": "coach_queue",
    "readiness": "person_readiness",
    "request": "observe",
    "scenario": "practice_brief",
    "sign-off": "signoff",
}
