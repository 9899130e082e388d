"""Threads that do what must not hold up the executor: so far, freeing big values.

Each kind of work has a thread and a queue of its own (`Worker`), so one does not delay the other.
What is handed over belongs to the thread from then on; nothing else is shared.
"""
