"""The control plane: a trio loop on the main thread with listeners, signals and, later, links to other servers.

Never touches the keyspace: it speaks to the executor through `Executor.post`, and others speak to it through
`bridge.py` alone.
"""
