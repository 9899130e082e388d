"""Who may log in, and what for. Pure: no sessions, no sockets, no configuration.

`users` has the users and their passwords. Owner: the executor thread.
"""
