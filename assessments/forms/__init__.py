"""Forms of judging, one module a subject: they shape input only."""
