"""The process beside the API: the scheduler, and later the notifications."""
