"""What a server tells about itself: INFO, slow log, latency events, MONITOR, memory.

All classes belong to the executor thread. Commands reach them through commands/ports.py.
"""
