#!/usr/bin/env python3
"""Ask a real Redis what CONFIG SET answers to good and bad values of every directive, and print it as JSON.

    redis-server --port 17500 --save "" --enable-protected-configs yes &
    tools/record_config_set.py 17500 > tests/unit/config/config_set_answers.json

The answers are facts that tests/unit/config/test_reference_answers.py holds ours against. A value is answered by what
CONFIG GET says afterwards, or, if it is refused, by the number of the reason in "reasons".
"""

from __future__ import annotations

import json
import sys
from typing import Any

import redis

# Values to try, with | between them.
COMMON = "|yes|NO|abc|-1|0|1|1001|65536|2147483648|9223372036854775808|3kb|5%|1 2"
HIDDEN = ("use-exit-on-panic", "aof-disable-auto-gc", "rdb-key-save-delay", "key-load-delay", "watchdog-period",
          "cluster-ping-interval", "loading-process-events-interval-bytes", "repl-rdb-channel")
# Whether these are taken depends on the machine, so only what is refused, or harmless, is asked; None: any value of
# these crashes the 8.2.3 of the wheels.
HOOKED: dict[str, str | None] = {
    "tls-port": None, "tls-cluster": None, "tls-replication": None,
    "port": "-1|65536|abc|",
    "bind":
        "127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 "
        "127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1 127.0.0.1",
    "maxclients": "0|-1|4294967296|x|100",
    "locale-collate": "",
    "oom-score-adj": "abc||No|1",
    "oom-score-adj-values": "|1 2|1 2 3|0 2001 0|0 -2000 2000|0 x 0|1  2 3|1.5 2 3",
    "watchdog-period": "-1|x|0",
    "appendonly": "no|NO|x|",
}
EXTRA = {
    "maxmemory": "1gb|1GB|1g|10M|10MB|5b|5 b|1tb|18446744073709551615|-1kb|1gbb|gb",
    "maxmemory-clients": "1%|100%|101%|0%|-5%|1mb|%|1.5%| 5%",
    "maxmemory-policy": "allkeys-lru|ALLKEYS-LFU|volatile-ttl|noeviction |no",
    "loglevel": "debug|VERBOSE|notice|warning|nothing|info|no",
    "appendfsync": "always|EverySec|no",
    "acl-pubsub-default": "allchannels|ResetChannels",
    "repl-diskless-load": "swapdb|on-empty-db|Disabled",
    "sanitize-dump-payload": "clients",
    "cluster-preferred-endpoint-type": "ip|HOSTNAME|unknown-endpoint",
    "propagation-error-behavior": "panic|ignore|panic-on-replicas",
    "tls-auth-clients": "no|optional|OPTIONAL",
    "shutdown-on-sigint": "save|nosave|save now|now force|SAVE FORCE NOW|save nosave|default save|save  now|default",
    "shutdown-on-sigterm": "nosave force",
    "save": "60 1|60 1 30 5|60|0 1|60 0|60 -1|60  1|x 1|60 1 | 60 1|+60 1|060 01|60\t1|\"\"",
    "client-output-buffer-limit":
        "normal 0 0 0|replica 1mb 512kb 60|slave 1 2 3|pubsub 1gb 1gb 1|NORMAL 1 1 1|master 0 0 0|"
        "normal 0 0|normal 1x 0 0|normal 0 0 -1|normal 0 0 1 pubsub 5 5 5|normal 1 1 1 normal 2 2 2|"
        "normal 0 0 0 |other 0 0 0|normal 0  0 0",
    "notify-keyspace-events": "KEA|AKE|Kg$lshzxetdn|Elg|Km|KEAm|n|Kn|g$lshzxetd|KEx|kea|A |AKEmn|KxE$|g$lshzxet",
    "latency-tracking-info-percentiles":
        "50|50 99.9 100|0|100.1|-0.1|99.99999|abc|50  99|1e1|nan|inf|99.1234567|50 50|00.5|5 ",
    "dir": "/|/nonexistent|/etc/passwd|",
    "dbfilename": "x.rdb|./x.rdb|../x|/|.|..",
    "cluster-announce-hostname": "host-1.example.org|host_1|a b|h\u00f6st",
    "cluster-announce-human-nodename": "node 1|node-1|n,1|n=1|n\"1|node_1",
    "cluster-announce-ip": "10.0.0.1|::1|bad ip!",
    "proc-title-template":
        "{title}|{title|{}|x|{nope}|"
        "{title} {listen-addr} {port} {tls-port} {unixsocket} {server-mode} {config-file}|{{x|   ",
    "requirepass": "pass word|\u00fc",
    "masterauth": "x|a b",
    "bind-source-addr": "127.0.0.1",
    "hz": "10|501|500",
    "hash-max-listpack-entries": "9223372036854775807|+5| 5|5 ",
    "list-max-listpack-size": "-5|-6|-2147483648|-2147483649|2147483647",
    "proto-max-bulk-len": "1mb|1048575|1048576|9223372036854775807",
    "client-query-buffer-limit": "1mb|1048575|4gb",
    "slowlog-log-slower-than": "-2|9223372036854775807",
    "tracking-table-max-keys": "9223372036854775807",
    "ignore-warnings": "ARM64-COW-BUG",
}
LONG_HOST_NAMES = ("a" * 255, "a" * 256)


def values_for(name: str) -> list[str]:
    """The values to try for a directive."""
    if name in HOOKED:
        text = HOOKED[name]
        return [] if text is None else text.split("|")
    values = COMMON.split("|") + (EXTRA[name].split("|") if name in EXTRA else [])
    return values + list(LONG_HOST_NAMES if name == "cluster-announce-hostname" else ())


def main(port: int) -> None:
    """Ask the server on `port`, value by value, putting the old value back in between."""
    client: Any = redis.Redis(port=port, decode_responses=True, encoding_errors="surrogateescape", protocol=2)
    names = sorted(client.config_get("*")) + list(HIDDEN)
    reasons: list[str] = []
    answers: dict[str, dict[str, str | int]] = {}
    for name in names:
        before = client.config_get(name)[name]
        answers[name] = table = {}
        for value in values_for(name):
            try:
                client.execute_command("CONFIG SET", name, value)
                table[value] = client.config_get(name)[name]
                client.execute_command("CONFIG SET", name, before)
            except redis.ResponseError as problem:
                blamed = f"CONFIG SET failed (possibly related to argument '{name}') - "
                reason = str(problem).removeprefix("ERR ").removeprefix(blamed)
                if reason not in reasons:
                    reasons.append(reason)
                table[value] = reasons.index(reason)
                if "immutable" in reason:
                    answers[name] = {"": table[value]}
                    break
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(table)}" for name, table in answers.items())
    version = client.info("server")["redis_version"]
    print(f'{{"version": "{version}", "reasons": {json.dumps(reasons, indent=0)}, "answers": {{\n{lines}\n}}}}')


if __name__ == "__main__":
    main(int(sys.argv[1]))
