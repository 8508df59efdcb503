"""Pure rules of the record. No models, no queries, no clock."""
