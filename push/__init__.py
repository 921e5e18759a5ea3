"""The push process, which runs next to the API: the scheduler, and later the notifications."""
