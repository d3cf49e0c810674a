"""What starts executions without a person: times and calls from outside."""
