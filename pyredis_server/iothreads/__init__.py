"""The I/O workers: they own the sockets, read and parse requests, and encode and write replies.

A worker hands the commands of all its ready sockets to the executor as one batch and gets one batch of replies
back. It knows nothing of sessions, keys or commands: `Connection.session` is opaque to it.
"""
