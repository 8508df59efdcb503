"""Pure rules of judging: scoring, the evidence rule, readiness and the fold of the ledger."""
