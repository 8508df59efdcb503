"""What a browser sends for a passkey, and what it does not: a sentence, never an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.clients import log_in
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

INNER = {"clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA", "userHandle": "eA"}
WHOLE = {"id": "eA", "rawId": "eA", "type": "public-key", "response": INNER}
ODD = [
    "", "[]", "1", "null", '"x"', "{}", "NaN", "{", '{"id": 1}', '{"id": "é"}', '{"response": null}',
    "[" * 900 + "]" * 900, "[" * 90_000, '{"id":' * 900 + "1" + "}" * 900,
    '{"response": {"clientDataJSON": 5}}', json.dumps(WHOLE), json.dumps(WHOLE | {"id": "é"}),
    json.dumps(WHOLE | {"response": INNER | {"userHandle": "OTk5" * 9}}), json.dumps(WHOLE | {"rawId": "eB"}),
    json.dumps(WHOLE | {"response": INNER | {"clientDataJSON": "e30"}}), json.dumps(WHOLE | {"type": "x"}),
    json.dumps(WHOLE | {"response": {}}), json.dumps(WHOLE | {"response": INNER | {"signature": None}}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD)
def test_no_answer_of_a_passkey_is_an_error_of_ours(answer: str, app_of: Any) -> None:
    who, other = people.person(), people.person()
    app_of(other)
    Authenticator.objects.create(user=who, type="webauthn", data={"name": "Key", "credential": {}})
    stranger, known = Client(), log_in(who)
    stranger.get("/accounts/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
    here = "/accounts/2fa/webauthn/login/"
    assert stranger.post(here, {"credential": answer})["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in stranger.session
    known.post("/accounts/2fa/webauthn/reauthenticate/", {"credential": answer})
    sure = log_in(people.person(), sure=True)
    assert sure.post("/accounts/2fa/webauthn/add/", {"credential": answer, "name": "Key"}).status_code == 200
    half = Client()
    half.post("/accounts/login/", {"login": other.email, "password": basics.PASSPHRASE})
    half.post("/accounts/2fa/authenticate/", {"credential": answer})
    assert "_auth_user_id" not in half.session
