"""What an operation costs: queries and processor time of the real server, beside a floor measured in the same run."""
