"""Pure rules of helping: no models, no clock."""
