"""Threads that do what must not hold up the executor: freeing big values, closing files.

Each kind of work has a thread and a queue of its own (`Worker`), so slow files do not delay the freeing of memory.
What is handed over belongs to the thread from then on; nothing else is shared.
"""
