"""INFO over a real server; what each field says is tested in tests/unit/observe/test_info.py."""

from __future__ import annotations

import re

from tests.support.raw_client import RawClient
from tests.support.wait import until


def fields(client: RawClient, *sections: str) -> dict[str, str]:
    text = client.call("INFO", *sections).decode()
    return dict(re.findall(r"^(\S+?):(.*)\r$", text, re.MULTILINE))


def test_info_is_verbatim_text_in_resp3(client3):
    client3.send("INFO", "cluster")
    item = client3.read_item()
    assert item.kind == "verbatim"
    assert item.value == b"txt:# Cluster\r\ncluster_enabled:0\r\n"


def test_the_server_section_tells_where_clients_connected_to(client, server):
    found = fields(client, "server")
    assert found["tcp_port"] == str(server.port)
    assert found["listener0"].startswith("name=tcp,bind=127.0.0.1,port=")
    assert found["redis_version"] == "8.10.0"
    assert re.fullmatch(r"[0-9a-f]{40}", found["run_id"])


def test_connected_clients_counts_sessions(client, make_client):
    before = int(fields(client, "clients")["connected_clients"])
    make_client().call("PING")
    assert int(fields(client, "clients")["connected_clients"]) == before + 1


def test_keyspace_counts_keys_and_times_to_live(client):
    client.call("SET", "a", "1")
    client.call("SET", "b", "1", "EX", 100)
    assert fields(client, "keyspace")["db0"].startswith("keys=2,expires=1,avg_ttl=")


def test_commandstats_counts_calls_failures_and_refusals(client):
    client.call("SET", "k", "v")
    client.call("INCR", "k")
    client.call("GET")
    client.call("SLOWLOG", "GET", "-2")
    found = fields(client, "commandstats")
    assert re.fullmatch(r"calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0", found["cmdstat_set"])
    assert found["cmdstat_incr"].endswith("calls=0,failed_calls=1")
    assert found["cmdstat_get"] == "calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0"
    assert "cmdstat_slowlog|get" in found


def test_errorstats_counts_errors_by_code(client):
    client.call("NOSUCH")
    client.call("GET")
    client.call("AUTH", "nobody", "x")
    found = fields(client, "errorstats")
    assert found["errorstat_ERR"] == "count=2"
    assert found["errorstat_WRONGPASS"] == "count=1"
    assert fields(client, "stats")["total_error_replies"] == "3"


def test_latencystats_follows_its_directives(client):
    client.call("GET", "k")
    assert re.fullmatch(r"p50=[\d.]+,p99=[\d.]+,p99.9=[\d.]+",
                        fields(client, "latencystats")["latency_percentiles_usec_get"])
    client.call("CONFIG", "SET", "latency-tracking-info-percentiles", "0 100")
    assert re.fullmatch(r"p0=[\d.]+,p100=[\d.]+", fields(client, "latencystats")["latency_percentiles_usec_get"])
    client.call("CONFIG", "SET", "latency-tracking", "no")
    assert not fields(client, "latencystats")


def test_stats_counts_hits_and_misses(client):
    client.call("SET", "k", "v")
    client.call("GET", "k")
    client.call("GET", "nosuch")
    found = fields(client, "stats")
    assert (found["keyspace_hits"], found["keyspace_misses"]) == ("1", "1")


def test_stats_counts_what_goes_over_the_network(client):
    before = fields(client, "stats")
    client.call("ECHO", "x" * 5000)
    after = fields(client, "stats")
    for name in ("total_net_input_bytes", "total_net_output_bytes"):
        assert int(after[name]) >= int(before[name]) + 5000


def test_rates_follow_what_happens(client):
    def busy() -> bool:
        client.pipeline([("PING",)] * 1000)
        return int(fields(client, "stats")["instantaneous_ops_per_sec"]) > 0

    until(busy, what="a sample of the rate has been taken")


def test_resetstat_begins_all_counts_anew(client):
    client.call("SET", "k", "v")
    client.call("NOSUCH")
    client.call("CONFIG", "RESETSTAT")
    found = fields(client, "everything")
    assert "cmdstat_set" not in found
    assert "errorstat_ERR" not in found
    assert found["total_error_replies"] == "0"
