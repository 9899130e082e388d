"""Security: passwords, users, dangerous commands."""

from __future__ import annotations

from pyredis_server.config.choices import Permission, PubsubDefault
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, Choice, Integer, Text

TITLE = "SECURITY"

REQUIREPASS = directive(
    "requirepass", Text(unset_if_empty=True, binary=True), default=b"", sensitive=True, apply=Hook.ACL,
    doc="Password of the default user; empty asks for none.")
ACLFILE = directive(
    "aclfile", Text(), default=b"", mutable=False,
    doc="File of ACL users, in place of user lines in the configuration; ACL LOAD and ACL SAVE read and write it.")
ACLLOG_MAX_LEN = directive(
    "acllog-max-len", Integer(0, INT64_MAX), default=128, apply=Hook.ACL, doc="Entries that ACL LOG keeps.")
ACL_PUBSUB_DEFAULT = directive(
    "acl-pubsub-default", Choice(PubsubDefault), default=PubsubDefault.RESETCHANNELS,
    doc="Channels that a new ACL user may use: resetchannels (none) or allchannels.")
ENABLE_PROTECTED_CONFIGS = directive(
    "enable-protected-configs", Choice(Permission), default=Permission.NO, mutable=False,
    doc="Whether CONFIG SET may change dir and dbfilename: no, yes, or local (from this machine only).")
ENABLE_DEBUG_COMMAND = directive(
    "enable-debug-command", Choice(Permission), default=Permission.NO, mutable=False,
    doc="The same for the command DEBUG.")
ENABLE_MODULE_COMMAND = directive(
    "enable-module-command", Choice(Permission), default=Permission.NO, mutable=False,
    doc="The same for the command MODULE.")
