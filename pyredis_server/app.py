"""`pyredis-server`: reads the configuration, becomes a daemon if asked to, runs one server, ends with Redis's exit codes.

Start-up and shutdown are logged with Redis's lines, since tools wait for them ("Ready to accept connections").
"""

from __future__ import annotations

import gc
import os
import sys

from pyredis_server.base.log import Logger
from pyredis_server.base.version import PYREDIS_VERSION, REDIS_VERSION
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import general, network, snapshotting
from pyredis_server.control.listeners import ListenError
from pyredis_server.server import Server

