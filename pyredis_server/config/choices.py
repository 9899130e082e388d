"""The words that directives choose from. Compare members with `is`."""

from __future__ import annotations

import enum


class LogLevel(enum.Enum):
    """How much is logged: each level includes the later ones."""

    DEBUG = "debug"
    VERBOSE = "verbose"
    NOTICE = "notice"
    WARNING = "warning"
    NOTHING = "nothing"


class LogFormat(enum.Enum):
    """The shape of log lines."""

    LEGACY = "legacy"
    LOGFMT = "logfmt"
    JSON = "json"


class LogTimestamp(enum.Enum):
    """How log lines tell the time."""

    LEGACY = "legacy"
    ISO8601 = "iso8601"
    MILLISECONDS = "milliseconds"


class Supervision(enum.Enum):
    """Who started the server and waits to hear that it is ready."""

    UPSTART = "upstart"
    SYSTEMD = "systemd"
    AUTO = "auto"
    NO = "no"


class SyslogFacility(enum.Enum):
    """Facilities of syslog that programs may use."""

    USER = "user"
    LOCAL0 = "local0"
    LOCAL1 = "local1"
    LOCAL2 = "local2"
    LOCAL3 = "local3"
    LOCAL4 = "local4"
    LOCAL5 = "local5"
    LOCAL6 = "local6"
    LOCAL7 = "local7"


class EvictionPolicy(enum.Enum):
    """Which keys go when memory is full."""

    VOLATILE_LRU = "volatile-lru"
    VOLATILE_LFU = "volatile-lfu"
    VOLATILE_RANDOM = "volatile-random"
    VOLATILE_TTL = "volatile-ttl"
    VOLATILE_LRM = "volatile-lrm"
    ALLKEYS_LRU = "allkeys-lru"
    ALLKEYS_LFU = "allkeys-lfu"
    ALLKEYS_RANDOM = "allkeys-random"
    ALLKEYS_LRM = "allkeys-lrm"
    NOEVICTION = "noeviction"


class AppendFsync(enum.Enum):
    """When the append-only file is forced to the disk."""

    EVERYSEC = "everysec"
    ALWAYS = "always"
    NO = "no"


class DisklessLoad(enum.Enum):
    """How a replica takes a data set that comes over the socket."""

    DISABLED = "disabled"
    ON_EMPTY_DB = "on-empty-db"
    SWAPDB = "swapdb"
    FLUSHDB = "flushdb"


class ClientCertificates(enum.Enum):
    """Whether TLS clients must show a certificate."""

    NO = "no"
    YES = "yes"
    OPTIONAL = "optional"


class CertificateUser(enum.Enum):
    """What of a client's certificate names its ACL user."""

    OFF = "off"
    CN = "CN"


class OomScoreMode(enum.Enum):
    """How oom-score-adj-values are meant. "relative" is another word for yes."""

    NO = "no"
    RELATIVE = "yes"
    ABSOLUTE = "absolute"


class PubsubDefault(enum.Enum):
    """The channels that a new ACL user may use."""

    ALLCHANNELS = "allchannels"
    RESETCHANNELS = "resetchannels"


class SanitizeDump(enum.Enum):
    """Whose serialised values are checked in full."""

    NO = "no"
    YES = "yes"
    CLIENTS = "clients"


class Permission(enum.Enum):
    """Who may do something dangerous: nobody, everybody, connections of this machine."""

    NO = "no"
    YES = "yes"
    LOCAL = "local"


class EndpointType(enum.Enum):
    """What the cluster tells clients about where a node is."""

    IP = "ip"
    HOSTNAME = "hostname"
    UNKNOWN_ENDPOINT = "unknown-endpoint"


class PropagationError(enum.Enum):
    """What follows when a replicated command fails."""

    IGNORE = "ignore"
    PANIC = "panic"
    PANIC_ON_REPLICAS = "panic-on-replicas"


class ShutdownOptions(enum.IntFlag):
    """What a signal adds to the shutdown. The words of the directive are the names in lower case."""

    DEFAULT = 0
    SAVE = 1
    NOSAVE = 2
    NOW = 4
    FORCE = 8
