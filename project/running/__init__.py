"""How the clock runs: within the server, in a process of its own, or on Celery's workers, woken when events come."""
