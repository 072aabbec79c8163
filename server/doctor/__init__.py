"""What is configured, what is reachable, and what to do about the rest: small checks that are made side by side."""
