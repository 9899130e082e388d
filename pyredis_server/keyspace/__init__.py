"""The data: databases of keys with values and times to live, and the clocks that expiry and eviction need.

`Keyspace` holds the databases, `Database` is what handlers work on, `Arena` lists keys so that SCAN, RANDOMKEY and
sampling take bounded time, `ExpireCycle` removes what ran out, `AccessPolicy` keeps LRU and LFU marks on demand.
"""
