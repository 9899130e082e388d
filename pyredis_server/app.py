"""`pyredis-server`: reads the configuration, becomes a daemon if asked to, runs one server, ends with its exit code.

Start-up and shutdown are logged with Redis's lines, since tools wait for them ("Ready to accept connections").
"""

from __future__ import annotations

import gc
import os
import struct
import sys
from pathlib import Path

from pyredis_server.base import self_check
from pyredis_server.base.log import Logger, make_sinks
from pyredis_server.base.version import PYREDIS_VERSION, REDIS_VERSION
from pyredis_server.config.argv import NO_AMOUNT, Action, ParsedArguments, parse_argv, usage, version_line
from pyredis_server.config.choices import Supervision
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import clients, general, network, snapshotting, threads
from pyredis_server.config.file import CannotOpen, ConfigFileError, Loaded, load
from pyredis_server.control import process
from pyredis_server.control.listeners import ListenError, UnixListenError
from pyredis_server.server import Server

LOGO = r"""
      ____        ____          _ _
     |  _ \ _   _|  _ \ ___  __| (_)___     PyRedis {pyredis} (Redis {redis}) {bits} bit
     | |_) | | | | |_) / _ \/ _` | / __|
     |  __/| |_| |  _ <  __/ (_| | \__ \    Running in standalone mode
     |_|    \__, |_| \_\___|\__,_|_|___/    Port: {port}
            |___/                           PID: {pid}

"""


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Do what the command line asks for. Returns the exit code."""
    arguments = parse_argv(argv)
    program = os.path.basename(sys.argv[0]) or "pyredis-server"
    if arguments.action is Action.HELP:
        sys.stdout.write(usage(program))
        return 0
    if arguments.action is Action.VERSION:
        sys.stdout.write(version_line() + "\n")
        return 0
    if arguments.action is Action.TEST_MEMORY:
        if arguments.memory_mb is None:
            sys.stderr.write(NO_AMOUNT.format(program=program))
            return 1
        return 0 if self_check.try_memory(arguments.memory_mb, sys.stdout.write) else 1
    if arguments.action is Action.CHECK_SYSTEM:
        return 0 if self_check.check_system(sys.stdout.write) else 1
    if arguments.sentinel:
        sys.stderr.write("This program runs no Sentinel yet.\n")
        return 1
    return _serve(arguments)


def _serve(arguments: ParsedArguments) -> int:
    config = Config()
    config_file = str(Path(arguments.config_file).resolve()) if arguments.config_file else ""
    try:
        loaded = load(config, path=arguments.config_file, options=arguments.options,
                      read_stdin=sys.stdin.buffer.read if arguments.read_stdin else None)
        loaded.refuse_unclaimed()
    except CannotOpen as problem:
        Logger(*make_sinks()).warning(problem.report())
        return 1
    except ConfigFileError as problem:
        sys.stderr.write(problem.report())
        return 1
    if config[general.DAEMONIZE]:
        process.daemonize()
    log = _make_log(config)
    return _run_server(config, config_file, loaded, log)


def _resolved(config: Config, path: str) -> str:
    """Make a path absolute: relative ones start at the directory `dir`."""
    return str(Path(os.fsdecode(config[snapshotting.DIR]), path))


def _make_log(config: Config) -> Logger:
    logfile = os.fsdecode(config[general.LOGFILE])
    ident = config[general.SYSLOG_IDENT].decode("utf-8", "replace") if config[general.SYSLOG_ENABLED] else None
    log = Logger(*make_sinks(_resolved(config, logfile) if logfile else "", syslog_ident=ident,
                             syslog_facility=config[general.SYSLOG_FACILITY].value))
    log.configure(config[general.LOGLEVEL].value, config[general.LOG_FORMAT].value,
                  config[general.LOG_TIMESTAMP_FORMAT].value)
    return log


def _run_server(config: Config, config_file: str, loaded: Loaded, log: Logger) -> int:
    log.notice("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
    log.notice(f"Redis version={REDIS_VERSION}, bits={8 * struct.calcsize('P')}, commit=00000000, modified=0, "
               f"pid={os.getpid()}, just started (PyRedis {PYREDIS_VERSION})")
    if config_file:
        log.notice("Configuration loaded")
    else:
        log.warning("Warning: no config file specified, using the default config. In order to specify a config file "
                    f"use {os.path.basename(sys.argv[0])} /path/to/redis.conf")
    for warning in loaded.warnings:
        log.warning(warning)
    config.set_value(clients.MAXCLIENTS, process.descriptor_limit_for(config[clients.MAXCLIENTS], log))
    log.set_role("M")
    if config[threads.DISABLE_THP]:
        process.disable_huge_pages()
    server = Server(config, log, config_file=config_file, renames=loaded.renames, handle_signals=True, own_process=True)
    _greet(config, log)
    try:
        server.start()
    except ListenError as problem:
        if not isinstance(problem, UnixListenError):
            log.warning(f"Failed listening on port {config[network.PORT]} (tcp), aborting.")
        return 1
    if not server.listeners:
        log.warning("Configured to not listen anywhere, exiting.")
        server.stop()
        return 1
    pid_file = _pid_file(config)
    if pid_file:
        process.write_pid_file(pid_file, log)
    gc.collect()
    gc.freeze()
    gc.disable()  # the executor collects what is young, now and then; a full collection would stop the server
    try:
        code = server.run(lambda: _ready(server, log))
    finally:
        process.tell_service_manager("STOPPING=1")
        server.stop()
        if pid_file:
            log.notice("Removing the pid file.")
            process.remove_pid_file(pid_file)
    if code == 0:
        log.warning("Redis is now ready to exit, bye bye...")
    return code


def _greet(config: Config, log: Logger) -> None:
    """Show the logo on a terminal or if asked for, else a line with the same facts."""
    port = config[network.PORT]
    to_terminal = not config[general.LOGFILE] and sys.stdout.isatty()
    if not config[general.ALWAYS_SHOW_LOGO] and not to_terminal:
        log.notice(f"Running mode=standalone, port={port}.")
        return
    log.raw(LOGO.format(pyredis=PYREDIS_VERSION, redis=REDIS_VERSION, bits=8 * struct.calcsize("P"), port=port,
                        pid=os.getpid()))


def _ready(server: Server, log: Logger) -> None:
    log.notice("Server initialized")
    for kind in dict.fromkeys(listener.kind for listener in server.listeners):
        log.notice(f"Ready to accept connections {kind}")
    if server.config[general.SUPERVISED] in (Supervision.SYSTEMD, Supervision.AUTO):
        process.tell_service_manager("STATUS=Ready to accept connections\nREADY=1\n")


def _pid_file(config: Config) -> str:
    """The pid file's name; a daemon writes one even if none is configured."""
    configured = os.fsdecode(config[general.PIDFILE])
    if configured:
        return _resolved(config, configured)
    if not config[general.DAEMONIZE]:
        return ""
    return "/var/run/redis.pid"
