"""The one thread that changes the keyspace: its loop, the gate before commands, effects after them, and timers.

Never imports persistence, replication, cluster, scripting or control: they reach it through `commands/ports.py` and
the executor's inbox.
"""
