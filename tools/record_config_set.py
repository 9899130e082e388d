#!/usr/bin/env python3
"""Ask a real Redis what CONFIG SET answers to good and bad values of every directive, and print it as JSON.

    redis-server --port 17500 --save "" --enable-protected-configs yes &
    tools/record_config_set.py 17500 > tests/unit/config/config_set_answers.json

The answers are facts that tests/unit/config/test_reference_answers.py holds ours against. A value is answered by what
CONFIG GET says afterwards, or by "!" and the error.
"""

from __future__ import annotations

import json
import sys

import redis

COMMON = ("", "yes", "NO", "abc", "-1", "0", "1", "64", "1001", "65536", "2147483648", "9223372036854775808", "3kb", "1.5",
          "5%", "a/b", "1 2", "010")
HIDDEN = ("use-exit-on-panic", "aof-disable-auto-gc", "rdb-key-save-delay", "key-load-delay", "watchdog-period",
          "cluster-ping-interval", "loading-process-events-interval-bytes", "repl-rdb-channel")
# Whether these are taken depends on the machine, so only values refused by parsing are asked.
HOOKED = {"port": ("-1", "65536", "abc", ""), "tls-port": (), "bind": (" ".join(["127.0.0.1"] * 17),),
          "maxclients": ("0", "-1", "4294967296", "x", "100"), "locale-collate": ("",), "oom-score-adj": ("abc", "", "No", "1"),
          "oom-score-adj-values": ("", "1 2", "1 2 3", "0 2001 0", "0 -2000 2000", "0 x 0", "1  2 3", "1.5 2 3"),
          "tls-cluster": (), "tls-replication": (),  # any value of these three crashes the 8.2.3 of the wheels
          "watchdog-period": ("-1", "x", "0"), "appendonly": ("no", "NO", "x", "")}
EXTRA = {
    "maxmemory": ("1gb", "1GB", "1g", "10M", "10MB", "5b", "5 b", "1tb", "18446744073709551615", "-1kb", "1gbb", "gb"),
    "maxmemory-clients": ("1%", "100%", "101%", "0%", "-5%", "1mb", "%", "1.5%", " 5%"),
    "maxmemory-policy": ("allkeys-lru", "ALLKEYS-LFU", "volatile-ttl", "noeviction ", "no"),
    "loglevel": ("debug", "VERBOSE", "notice", "warning", "nothing", "info", "no"),
    "appendfsync": ("always", "EverySec", "no"),
    "acl-pubsub-default": ("allchannels", "ResetChannels"),
    "repl-diskless-load": ("swapdb", "on-empty-db", "Disabled"),
    "sanitize-dump-payload": ("clients",),
    "cluster-preferred-endpoint-type": ("ip", "HOSTNAME", "unknown-endpoint"),
    "propagation-error-behavior": ("panic", "ignore", "panic-on-replicas"),
    "tls-auth-clients": ("no", "optional", "OPTIONAL"),
    "shutdown-on-sigint": ("save", "nosave", "save now", "now force", "SAVE FORCE NOW", "save nosave", "default save",
                           "save  now", "default"),
    "shutdown-on-sigterm": ("nosave force",),
    "save": ("60 1", "60 1 30 5", "60", "0 1", "60 0", "60 -1", "60  1", "x 1", "60 1 ", " 60 1", "+60 1", "060 01",
             "60\t1", '""'),
    "client-output-buffer-limit": ("normal 0 0 0", "replica 1mb 512kb 60", "slave 1 2 3", "pubsub 1gb 1gb 1", "NORMAL 1 1 1",
                                   "master 0 0 0", "normal 0 0", "normal 1x 0 0", "normal 0 0 -1", "normal 0 0 1 pubsub 5 5 5",
                                   "normal 1 1 1 normal 2 2 2", "normal 0 0 0 ", "other 0 0 0", "normal 0  0 0"),
    "notify-keyspace-events": ("KEA", "AKE", "Kg$lshzxetdn", "Elg", "Km", "KEAm", "n", "Kn", "g$lshzxetd", "KEx", "kea", "A ",
                               "AKEmn", "KxE$", "g$lshzxet"),
    "latency-tracking-info-percentiles": ("50", "50 99.9 100", "0", "100.1", "-0.1", "99.99999", "abc", "50  99", "1e1", "nan",
                                          "inf", "99.1234567", "50 50", "00.5", "5 "),
    "dir": ("/", "/tmp", "/nonexistent", "/etc/passwd", "", "."),
    "dbfilename": ("x.rdb", "./x.rdb", "../x", "/", ".", ".."),
    "cluster-announce-hostname": ("host-1.example.org", "host_1", "a" * 255, "a" * 256, "a b", "h\u00f6st"),
    "cluster-announce-human-nodename": ("node 1", "node-1", "n,1", "n=1", "n\"1", "node_1"),
    "cluster-announce-ip": ("10.0.0.1", "::1", "bad ip!"),
    "proc-title-template": ("{title}", "{title", "{}", "x", "{nope}", "{title} {listen-addr} {port} {tls-port} {unixsocket} "
                            "{server-mode} {config-file}", "{{x", "   "),
    "requirepass": ("pass word", "\u00fc"),
    "masterauth": ("x", "a b"),
    "bind-source-addr": ("127.0.0.1",),
    "hz": ("10", "501", "500"),
    "hash-max-listpack-entries": ("9223372036854775807", "+5", " 5", "5 "),
    "list-max-listpack-size": ("-5", "-6", "-2147483648", "-2147483649", "2147483647"),
    "proto-max-bulk-len": ("1mb", "1048575", "1048576", "9223372036854775807"),
    "client-query-buffer-limit": ("1mb", "1048575", "4gb"),
    "slowlog-log-slower-than": ("-2", "9223372036854775807"),
    "tracking-table-max-keys": ("9223372036854775807",),
    "ignore-warnings": ("ARM64-COW-BUG",),
}


def main(port: int) -> None:
    """Ask the server on `port`, value by value, putting the old value back in between."""
    client = redis.Redis(port=port, decode_responses=True, encoding_errors="surrogateescape", protocol=2)
    names = sorted(client.config_get("*")) + list(HIDDEN)
    answers: dict[str, dict[str, str]] = {}
    for name in names:
        before = client.config_get(name)[name]
        answers[name] = table = {}
        for value in HOOKED.get(name, COMMON + EXTRA.get(name, ())):
            try:
                client.execute_command("CONFIG SET", name, value)
                table[value] = client.config_get(name)[name]
                client.execute_command("CONFIG SET", name, before)
            except redis.ResponseError as problem:
                text = str(problem)
                table[value] = "!" + text.removeprefix("ERR ")
                if "immutable" in text:
                    answers[name] = {"": table[value]}
                    break
    info = client.info("server")
    json.dump({"version": info["redis_version"], "answers": answers}, sys.stdout, indent=0, sort_keys=True, ensure_ascii=True)
    print()


if __name__ == "__main__":
    main(int(sys.argv[1]))
