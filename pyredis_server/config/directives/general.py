"""General: the process, its logs and timers."""

from __future__ import annotations

from pyredis_server.config import checks
from pyredis_server.config.choices import (
    LogFormat,
    LogLevel,
    LogTimestamp,
    ShutdownOptions,
    Supervision,
    SyslogFacility,
)
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT32_MAX, INT64_MAX, Boolean, Choice, Choices, Integer, Text

TITLE = "GENERAL"

DAEMONIZE = directive(
    "daemonize", Boolean(), default=False, mutable=False,
    doc="Go to the background and write a pidfile. Not on Windows.")
SUPERVISED = directive(
    "supervised", Choice(Supervision), default=Supervision.NO, mutable=False,
    doc="Who started the server and wants to hear that it is ready: systemd (writes to $NOTIFY_SOCKET), upstart "
        "(stops itself), auto (whichever the environment shows), no.")
PIDFILE = directive(
    "pidfile", Text(unset_if_empty=True), default=b"", mutable=False,
    doc="Where to write the process id; a daemon without it writes /var/run/redis.pid.")
LOGLEVEL = directive(
    "loglevel", Choice(LogLevel), default=LogLevel.NOTICE, apply=Hook.LOG,
    doc="How much to log: debug, verbose, notice, warning or nothing.")
LOGFILE = directive(
    "logfile", Text(), default=b"", mutable=False,
    doc="File that log lines are appended to; it may be moved away at any time, the next line opens a new one. "
        "Empty means standard output.")
LOG_FORMAT = directive(
    "log-format", Choice(LogFormat), default=LogFormat.LEGACY, apply=Hook.LOG,
    doc="Shape of log lines: legacy as Redis writes them, logfmt (key=value), or json, an object per line.")
LOG_TIMESTAMP_FORMAT = directive(
    "log-timestamp-format", Choice(LogTimestamp), default=LogTimestamp.LEGACY, apply=Hook.LOG,
    doc="How log lines tell the time: legacy (01 Jan 2026 10:00:00.000, local), iso8601 (with the offset from UTC), "
        "milliseconds (since the epoch).")
SYSLOG_ENABLED = directive("syslog-enabled", Boolean(), default=False, mutable=False, doc="Log to syslog as well.")
SYSLOG_IDENT = directive(
    "syslog-ident", Text(), default=b"redis", mutable=False,
    doc="Name that lines in syslog carry.")
SYSLOG_FACILITY = directive(
    "syslog-facility", Choice(SyslogFacility), default=SyslogFacility.LOCAL0, mutable=False,
    doc="Facility of syslog: user, or local0 to local7.")
HIDE_USER_DATA_FROM_LOG = directive(
    "hide-user-data-from-log", Boolean(), default=False,
    doc="Keep keys and values out of the log, also of crash reports.")
CRASH_LOG_ENABLED = directive(
    "crash-log-enabled", Boolean(), default=True, apply=Hook.PROCESS,
    doc="Log the stacks of all threads when the server crashes.")
CRASH_MEMCHECK_ENABLED = directive(
    "crash-memcheck-enabled", Boolean(), default=True, unused=True,
    doc="Test the memory after a crash. Not done here.")
USE_EXIT_ON_PANIC = directive(
    "use-exit-on-panic", Boolean(), default=False, hidden=True, doc="Exit instead of aborting after a fatal error.")
WATCHDOG_PERIOD = directive(
    "watchdog-period", Integer(), default=0, hidden=True, unused=True,
    doc="Milliseconds of a stuck main thread after which Redis logs its stack. Not done here.")
METRICS_PORT = directive(
    "metrics-port", Integer(0, 65535), default=0, apply=Hook.METRICS,
    doc="HTTP port for /metrics (Prometheus), /healthz and /readyz; 0 opens none.")
DATABASES = directive(
    "databases", Integer(1, INT32_MAX), default=16, mutable=False,
    doc="Number of databases, SELECT 0 up to one less. A cluster node has one.")
ALWAYS_SHOW_LOGO = directive(
    "always-show-logo", Boolean(), default=False, mutable=False,
    doc="Show the banner at start also when the log does not go to a terminal.")
SET_PROC_TITLE = directive(
    "set-proc-title", Boolean(), default=True, mutable=False,
    doc="Show proc-title-template in the list of processes, where the system allows it.")
PROC_TITLE_TEMPLATE = directive(
    "proc-title-template", Text(check=checks.title_template), default=b"{title} {listen-addr} {server-mode}",
    apply=Hook.PROCESS,
    doc="What the list of processes shows. Names in braces: title, listen-addr, server-mode, port, tls-port, "
        "unixsocket, config-file.")
LOCALE_COLLATE = directive(
    "locale-collate", Text(), default=b"", apply=Hook.PROCESS,
    doc="Locale for comparing strings in SORT ALPHA; empty takes it from the environment.")
IGNORE_WARNINGS = directive(
    "ignore-warnings", Text(), default=b"", unused=True,
    doc="Names of warnings at start that must not stop it. There is only ARM64-COW-BUG, which concerns the C server.")
HZ = directive(
    "hz", Integer(clamp=(1, 500)), default=10, apply=Hook.CRON,
    doc="How often per second background work is done: expiry, timeouts, statistics. From 1 to 500.")
DYNAMIC_HZ = directive(
    "dynamic-hz", Boolean(), default=True, apply=Hook.CRON, doc="Raise hz while many clients are connected.")
SHUTDOWN_TIMEOUT = directive(
    "shutdown-timeout", Integer(), default=10,
    doc="Seconds that a shutdown waits for replicas to catch up; 0 does not wait.")
SHUTDOWN_ON_SIGINT = directive(
    "shutdown-on-sigint", Choices(ShutdownOptions, checks.shutdown_options), default=ShutdownOptions.DEFAULT,
    doc="How SIGINT shuts down: default (saves if save points are set), or of save, nosave, now and force what is "
        "wanted.")
SHUTDOWN_ON_SIGTERM = directive(
    "shutdown-on-sigterm", Choices(ShutdownOptions, checks.shutdown_options), default=ShutdownOptions.DEFAULT,
    doc="The same for SIGTERM.")
BUSY_REPLY_THRESHOLD = directive(
    "busy-reply-threshold", Integer(0, INT64_MAX), alias="lua-time-limit", default=5000,
    doc="Milliseconds after which a running script or function makes other clients get BUSY and can be killed; 0 "
        "means never.")
LUA_ENABLE_DEPRECATED_API = directive(
    "lua-enable-deprecated-api", Boolean(), default=False, mutable=False, hidden=True, unused=True,
    doc="Give scripts what Redis 7.4 took from them, as newproxy and setfenv. Without effect so far.")
