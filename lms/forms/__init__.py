"""The shape of input of the record and the platform; ``fields`` are for every floor."""
