"""What CONFIG SET does to a running server: one method per hook of config/hooks.py. Owner: the executor thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyredis_server.config.choices import EvictionPolicy, OomScoreMode
from pyredis_server.config.directive import ConfigError
from pyredis_server.config.directives import clients, general, memory, network, security, threads
from pyredis_server.config.hooks import Hook
from pyredis_server.control import process
from pyredis_server.control.listeners import ListenError
from pyredis_server.keyspace.clocks import Tracked
from pyredis_server.sessions import login

if TYPE_CHECKING:
    from pyredis_server.server import Server

_TRACKED = {
    EvictionPolicy.VOLATILE_LFU: Tracked.LFU, EvictionPolicy.ALLKEYS_LFU: Tracked.LFU,
    EvictionPolicy.VOLATILE_LRU: Tracked.LRU, EvictionPolicy.ALLKEYS_LRU: Tracked.LRU,
}


class Reconfigure:
    """The hooks of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._password = server.config[security.REQUIREPASS]
        self._port = server.config[network.PORT]
        self._oom_score: int | None = None  # before we touched it

    def hooks(self) -> dict[Hook, Callable[[], None]]:
        """The hooks that something here depends on; the others' values are read when they are needed."""
        return {
            Hook.LISTENERS: self.listeners, Hook.MAXCLIENTS: self.maxclients, Hook.IO: self.io,
            Hook.GATES: self._server.dispatcher.refresh_gates, Hook.CRON: self._server.cron.adapt_hz,
            Hook.ACL: self.acl, Hook.LOG: self.log, Hook.LATENCY: self.latency, Hook.MAXMEMORY: self.memory,
            Hook.PROCESS: self.process,
        }

    def at_start(self) -> None:
        """Bring a new server in line with its configuration."""
        self.io()
        self.latency()
        self.memory()
        self.process()
        self._server.dispatcher.refresh_gates()

    def listeners(self) -> None:
        """Listen where `bind` and `port` say now. The old sockets go only once the new ones are there."""
        server = self._server
        old = [listener for listener in server.listeners if listener.kind == "tcp"]
        kept = [listener for listener in server.listeners if listener.kind != "tcp"]
        port = server.config[network.PORT]
        reused = {listener.shown: listener for listener in old if listener.port == port}
        wanted = [address.decode() for address in server.config[network.BIND]] if port else []
        try:
            new = server.open_tcp([address for address in wanted if address.removeprefix("-") not in reused])
        except ListenError:
            raise ConfigError(b"Unable to listen on this port. Check server logs." if port != self._port else
                              b"Failed to bind to specified addresses.") from None
        self._port = port
        staying = [reused[address.removeprefix("-")] for address in wanted if address.removeprefix("-") in reused]
        server.listeners = kept + staying + new
        server.supervisor.listen(new)
        server.supervisor.close([listener for listener in old if listener not in staying])

    def maxclients(self) -> None:
        """See that the system lets us have so many descriptors."""
        wanted = self._server.config[clients.MAXCLIENTS]
        fitting = process.descriptor_limit_for(wanted, self._server.log)
        if fitting < wanted:
            raise ConfigError(b"The operating system is not able to handle the specified number of clients, try with "
                              b"%d" % fitting)

    def io(self) -> None:
        """Give the I/O workers the limits that they keep."""
        server = self._server
        server.parser_limits.max_bulk_bytes = server.config[clients.PROTO_MAX_BULK_LEN]
        normal = server.config[clients.CLIENT_OUTPUT_BUFFER_LIMIT].normal
        limits = server.output_limits
        limits.hard_bytes, limits.soft_bytes, limits.soft_s = normal.hard_bytes, normal.soft_bytes, normal.soft_seconds

    def acl(self) -> None:
        """Make requirepass the default user's password, if it is what has changed."""
        server = self._server
        password = server.config[security.REQUIREPASS]
        if password != self._password:
            self._password = password
            login.require_password(password, server.services.sessions, server.services.users)

    def log(self) -> None:
        """Take the level and the form of log lines."""
        config = self._server.config
        self._server.log.configure(config[general.LOGLEVEL].value, config[general.LOG_FORMAT].value,
                                   config[general.LOG_TIMESTAMP_FORMAT].value)

    def latency(self) -> None:
        """Take the thresholds of SLOWLOG and of the latency monitor, and whether latencies are tracked."""
        self._server.dispatcher.refresh_limits()
        self._server.info.latency_tracking_changed()

    def process(self) -> None:
        """Take the process's title and its score for the out-of-memory killer, if the process is ours."""
        server = self._server
        config = server.config
        if not server.own_process:
            return
        if config[general.SET_PROC_TITLE]:
            process.set_title(process.title_of(config, server.lifecycle.config_file))
        mode = config[threads.OOM_SCORE_ADJ]
        if mode is OomScoreMode.NO and self._oom_score is None:
            return
        if self._oom_score is None:
            self._oom_score = process.read_oom_score()
        before = self._oom_score or 0
        score = config[threads.OOM_SCORE_ADJ_VALUES][0]
        wanted = {OomScoreMode.NO: before, OomScoreMode.RELATIVE: before + score}.get(mode, score)
        if not process.write_oom_score(wanted, server.log):
            raise ConfigError(b"Failed to apply new oom_score_adj configuration, check server logs.")

    def memory(self) -> None:
        """Keep marks of use as far as the eviction policy needs them."""
        config = self._server.config
        keyspace = self._server.keyspace
        keyspace.access.log_factor = config[memory.LFU_LOG_FACTOR]
        keyspace.access.decay_minutes = config[memory.LFU_DECAY_TIME]
        keyspace.track_access(_TRACKED.get(config[memory.MAXMEMORY_POLICY]))


