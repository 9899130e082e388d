"""The clients of a server: one `Session` each, how they are listed and chosen, and the limits they live within.

`session` has one client's state; `registry` knows all of them; `login` says who a session is; `client_info` renders
CLIENT LIST's lines; `filters` picks sessions for CLIENT LIST and KILL; `limits` decides who is refused or dropped.
Owner of everything here: the executor thread. The sockets are the I/O workers' (`iothreads/`).
"""
