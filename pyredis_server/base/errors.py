"""Every error text that goes to a client, and the exceptions that carry them.

Clients match on these texts, so each stands here once and is Redis's to the letter. A text is `bytes` without the
leading "-" and starts with its code ("ERR", "WRONGTYPE", ...), which is also what INFO errorstats counts.
"""

from __future__ import annotations

from collections.abc import Sequence


class CommandError(Exception):
    """A command was refused: the client gets an error reply and the connection lives on."""

    __slots__ = ("message",)

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class ProtocolError(Exception):
    """The client broke the protocol: it gets this error reply and the connection is closed."""

    __slots__ = ("message",)

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class WrongType(CommandError):
    """The key holds a value of another type than the command works on."""

    def __init__(self) -> None:
        super().__init__(WRONG_TYPE)


class WrongArity(CommandError):
    """The number of arguments is wrong. `name` is the full name as Redis prints it ("set", "client|list")."""

    def __init__(self, name: str) -> None:
        super().__init__(b"ERR wrong number of arguments for '%b' command" % name.encode())


WRONG_TYPE = b"WRONGTYPE Operation against a key holding the wrong kind of value"
SYNTAX = b"ERR syntax error"
NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
NOT_A_FLOAT = b"ERR value is not a valid float"
OUT_OF_RANGE = b"ERR value is out of range"
NO_SUCH_KEY = b"ERR no such key"
INTERNAL = b"ERR internal error"

# Hashes (commands/hashes.py, hashes_expiry.py, hashes_import.py)
HASH_NOT_AN_INTEGER = b"ERR hash value is not an integer"
HASH_NOT_A_FLOAT = b"ERR hash value is not a float"
INCREMENT_INFINITE = b"ERR value is NaN or Infinity"
NOT_A_LONG = b"ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
FIELDS_MISSING = b"ERR Mandatory argument FIELDS is missing or not at the right position"
FIELDS_NOT_POSITIVE = b"ERR Number of fields must be a positive integer"
FIELDS_NOT_POSITIVE_HEXPIRE = b"ERR Parameter `numFields` should be greater than 0"
FIELDS_NOT_MATCHING = b"ERR The `numfields` parameter must match the number of arguments"
FIELDS_INVALID = b"ERR invalid number of fields"
FIELD_EXPIRE_NEGATIVE = b"ERR invalid expire time, must be >= 0"
HSETEX_CONDITIONS = b"ERR Only one of FXX or FNX arguments can be specified"
HSETEX_EXPIRATIONS = b"ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"
HSETEX_UNKNOWN = b"ERR unknown argument: %b"
FIELDSET_UNKNOWN = b"ERR no such fieldset"
FIELDSET_DUPLICATE = b"ERR duplicate field name in fieldset"
FIELDSET_VALUES = b"ERR number of values does not match number of fields in fieldset"

# Connection, clients and transactions
NO_AUTH = b"NOAUTH Authentication required."
NO_AUTH_HELLO = (
    b"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> "
    b"option can be used to authenticate the client and select the RESP protocol version at the same time"
)
WRONG_PASSWORD = b"WRONGPASS invalid username-password pair or user is disabled."
AUTH_WITHOUT_PASSWORD = (
    b"ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration "
    b"is correct?"
)
PROTOCOL_NOT_AN_INTEGER = b"ERR Protocol version is not an integer or out of range"
UNSUPPORTED_PROTOCOL = b"NOPROTO unsupported protocol version"
HELLO_SYNTAX = b"ERR Syntax error in HELLO option '%b'"
CLIENT_NAME_INVALID = b"ERR Client names cannot contain spaces, newlines or special characters."
CLIENT_ATTRIBUTE_INVALID = b"ERR %b cannot contain spaces, newlines or special characters."
CLIENT_ATTRIBUTE_UNKNOWN = b"ERR Unrecognized option '%b'"
CLIENT_ID_INVALID = b"ERR Invalid client ID"
CLIENT_ID_NOT_POSITIVE = b"ERR client-id should be greater than 0"
CLIENT_TYPE_UNKNOWN = b"ERR Unknown client type '%b'"
CLIENT_NOT_FOUND = b"ERR No such client"
USER_NOT_FOUND = b"ERR No such user '%b'"
MAXAGE_NOT_AN_INTEGER = b"ERR maxage is not an integer or out of range"
MAXAGE_NOT_POSITIVE = b"ERR maxage should be greater than 0"
PAUSE_MODE = b"ERR CLIENT PAUSE mode must be WRITE or ALL"
UNBLOCK_REASON = b"ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
UNBLOCKED = b"UNBLOCKED client unblocked via CLIENT UNBLOCK"
TIMEOUT_NOT_AN_INTEGER = b"ERR timeout is not an integer or out of range"
TIMEOUT_NEGATIVE = b"ERR timeout is negative"
TIMEOUT_OUT_OF_RANGE = b"ERR timeout is out of range"
SUBCOMMAND_SYNTAX = b"ERR unknown subcommand or wrong number of arguments for '%b'. Try %b HELP."
RESET_OF_PEER = b"ERR can only reset normal client connections"
MULTI_NESTED = b"ERR MULTI calls can not be nested"
EXEC_WITHOUT_MULTI = b"ERR EXEC without MULTI"
DISCARD_WITHOUT_MULTI = b"ERR DISCARD without MULTI"
WATCH_IN_MULTI = b"ERR WATCH inside MULTI is not allowed"
EXEC_ABORT = b"EXECABORT Transaction discarded because of previous errors."
EXEC_ABORT_REASON = b"EXECABORT Transaction discarded because of: %b"  # the reason without the code "ERR "
MAX_CLIENTS = b"ERR max number of clients reached"
MAX_CLIENTS_CLUSTER = b"ERR max number of clients + cluster connections reached"
PROTECTED_MODE = (
    b"DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default "
    b"user. In this mode connections are only accepted from the loopback interface. If you want to connect from external "
    b"computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the command "
    b"'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is "
    b"running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make "
    b"this change permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration "
    b"file, and setting the protected mode option to 'no', and then restarting the server. 3) If you started the server "
    b"manually just for testing, restart it with the '--protected-mode no' option. 4) Set up an authentication password "
    b"for the default user. NOTE: You only need to do one of the above things in order for the server to start accepting "
    b"connections from the outside."
)

# CONFIG (config/manager.py); the reasons for refusing a value stand with the kinds of values


class UnknownDirective(CommandError):
    """CONFIG SET was given a name that is no directive."""

    def __init__(self, name: bytes) -> None:
        super().__init__(b"ERR Unknown option or number of arguments for CONFIG SET - '%b'" % name.partition(b"\0")[0])


class ConfigSetFailed(CommandError):
    """CONFIG SET was refused and changed nothing; `name` is the directive to blame."""

    def __init__(self, name: bytes, reason: bytes) -> None:
        super().__init__(b"ERR CONFIG SET failed (possibly related to argument '%b') - %b" % (name, reason))


class ConfigRewriteFailed(CommandError):
    """The configuration file cannot be read or written."""

    def __init__(self, reason: bytes) -> None:
        super().__init__(b"ERR Rewriting config file: %b" % reason)


class ForcedRewriteFailed(CommandError):
    """DEBUG CONFIG-REWRITE-FORCE-ALL could not read or write the file."""

    def __init__(self, reason: bytes) -> None:
        super().__init__(b"ERR CONFIG-REWRITE-FORCE-ALL failed: %b" % reason)


CONFIG_WITHOUT_FILE = b"ERR The server is running without a config file"
LOADING = b"LOADING Redis is loading the dataset in memory"

# Keys, expiry, databases (commands/keys.py, expiry.py, scan.py, object.py, flush.py)


class InvalidExpireTime(CommandError):
    """A time to live does not fit, or is not positive where it must be. `command` is the name in lower case."""

    def __init__(self, command: str) -> None:
        super().__init__(b"ERR invalid expire time in '%b' command" % command.encode())


class UnsupportedOption(CommandError):
    """EXPIRE and its kin met an option that they do not know."""

    def __init__(self, option: bytes) -> None:
        super().__init__(b"ERR Unsupported option %b" % option.partition(b"\0")[0])


NOT_AN_INT32 = b"ERR value is out of range, value must between -2147483648 and 2147483647"
DB_OUT_OF_RANGE = b"ERR DB index is out of range"
INVALID_FIRST_DB = b"ERR invalid first DB index"
INVALID_SECOND_DB = b"ERR invalid second DB index"
SAME_OBJECT = b"ERR source and destination objects are the same"
EXPIRE_NX_CONFLICT = b"ERR NX and XX, GT or LT options at the same time are not compatible"
EXPIRE_GT_LT_CONFLICT = b"ERR GT and LT options at the same time are not compatible"
INVALID_CURSOR = b"ERR invalid cursor"
NOVALUES_NOT_HSCAN = b"ERR NOVALUES option can only be used in HSCAN"
LFU_NOT_SELECTED = (
    b"ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
    b"between policies at runtime LRU and LFU data will take some time to adjust."
)
LFU_SELECTED = (
    b"ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between "
    b"policies at runtime LRU and LFU data will take some time to adjust."
)
MOVE_IN_CLUSTER = b"ERR MOVE is not allowed in cluster mode"
SWAPDB_IN_CLUSTER = b"ERR SWAPDB is not allowed in cluster mode"

# Strings (commands/strings.py, strings_batches.py, strings_ranges.py, increments.py, lcs.py)
INCREMENT_OVERFLOW = b"ERR increment or decrement would overflow"
DECREMENT_OVERFLOW = b"ERR decrement would overflow"
INCREMENT_NOT_FINITE = b"ERR increment would produce NaN or Infinity"
OFFSET_OUT_OF_RANGE = b"ERR offset is out of range"
STRING_TOO_LONG = b"ERR string exceeds maximum allowed size (proto-max-bulk-len)"
LCS_NOT_STRINGS = b"ERR The specified keys must contain string values"
LCS_LEN_AND_IDX = b"ERR If you want both the length and indexes, please just use IDX."
LCS_TOO_LONG = b"ERR String too long for LCS"
LCS_TOO_MUCH_MEMORY = b"ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
DIGEST_LENGTH = b"ERR must be exactly 16 hexadecimal characters"
DELEX_NOT_A_STRING = b"ERR Key should be of string type if conditions are specified"
DELEX_CONDITION = b"ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE"
MSETEX_NUMKEYS = b"ERR invalid numkeys value"
MSETEX_PAIRS = b"ERR wrong number of key-value pairs"
INCREX_ENX_ALONE = b"ERR ENX flag requires an expiration"
INCREX_BOUNDS_CROSSED = b"ERR LBOUND can't be greater than UBOUND"
INCREX_NOT_AN_INTEGER = b"ERR %b is not an integer or out of range"  # Increment, LBOUND, UBOUND
INCREX_NOT_A_FLOAT = b"ERR %b is not a valid float"
INCREX_INFINITE_INCREMENT = b"ERR BYFLOAT increment cannot be Infinity"
INCREX_INFINITE_VALUE = b"ERR value cannot be Infinity"
INCREX_APPLIED_OVERFLOW = b"ERR applied increment would overflow"
INCREX_APPLIED_INFINITE = b"ERR applied increment would be Infinity"

# Bits of strings (commands/bits.py, bitfields.py)
BIT_OFFSET = b"ERR bit offset is not an integer or out of range"
BIT_VALUE = b"ERR bit is not an integer or out of range"
BITPOS_BIT = b"ERR The bit argument must be 1 or 0."
BITOP_NOT = b"ERR BITOP NOT must be called with a single source key."
BITOP_TWO_KEYS = b"ERR BITOP %b must be called with at least two source keys."
BITFIELD_TYPE = (
    b"ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."
)
BITFIELD_OVERFLOW = b"ERR Invalid OVERFLOW type specified"
BITFIELD_READ_ONLY = b"ERR BITFIELD_RO only supports the GET subcommand"

# Sorted sets (commands/sorted_sets.py, sorted_sets_ranges.py, sorted_sets_algebra.py)
ZADD_NX_XX = b"ERR XX and NX options at the same time are not compatible"
ZADD_GT_LT_NX = b"ERR GT, LT, and/or NX options at the same time are not compatible"
ZADD_INCR_ONE_PAIR = b"ERR INCR option supports a single increment-element pair"
SCORE_NOT_A_NUMBER = b"ERR resulting score is not a number (NaN)"
SCORE_RANGE = b"ERR min or max is not a float"
LEX_RANGE = b"ERR min or max not valid string range item"
ZRANGE_LIMIT_BY_RANK = b"ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
ZRANGE_SCORES_BY_LEX = b"ERR syntax error, WITHSCORES not supported in combination with BYLEX"
WEIGHT_NOT_A_FLOAT = b"ERR weight value is not a float"
COUNT_NOT_POSITIVE = b"ERR count should be greater than 0"

# Lists (commands/lists.py, lists_blocking.py)
INDEX_OUT_OF_RANGE = b"ERR index out of range"
RANK_ZERO = (
    b"ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from "
    b"the end of the list"
)
NEGATIVE_ARGUMENT = b"ERR %b can't be negative"  # COUNT, MAXLEN
NOT_GREATER_THAN_ZERO = b"ERR %b should be greater than 0"  # numkeys, count
TIMEOUT_NOT_A_FLOAT = b"ERR timeout is not a float or out of range"

NO_SHUTDOWN = b"ERR No shutdown in progress."

# HyperLogLog (commands/hyperloglog.py)
HLL_CORRUPT = b"INVALIDOBJ Corrupted HLL object detected"
NOT_A_HLL = b"WRONGTYPE Key is not a valid HyperLogLog string value."
HLL_NO_KEY = b"ERR The specified key does not exist"
HLL_NOT_SPARSE = b"ERR HLL encoding is not sparse"
HLL_SIMD = b"ERR Argument must be ON or OFF"
HLL_SUBCOMMAND = b"ERR Unknown PFDEBUG subcommand '%b'"
HLL_TEST_REGISTER = b"ERR TESTFAILED Register %d should be %d but is %d"
HLL_TEST_SPARSE = b"ERR TESTFAILED sparse encoding not used"
HLL_TEST_DISAGREE = b"ERR TESTFAILED dense/sparse disagree"
HLL_TEST_ERROR = b"ERR TESTFAILED Too big error. card:%d abserr:%d"

# Positions on the earth (commands/geo.py, geo_search.py)
GEO_COORDINATES = b"ERR invalid longitude,latitude pair %f,%f"
GEO_UNIT = b"ERR unsupported unit provided. please use M, KM, FT, MI"
GEO_RADIUS = b"ERR need numeric radius"
GEO_RADIUS_NEGATIVE = b"ERR radius cannot be negative"
GEO_WIDTH = b"ERR need numeric width"
GEO_HEIGHT = b"ERR need numeric height"
GEO_BOX_NEGATIVE = b"ERR height or width cannot be negative"
GEO_NO_MEMBER = b"ERR could not decode requested zset member"
COUNT_ZERO = b"ERR COUNT must be > 0"  # of searches, XAUTOCLAIM
GEO_ANY = b"ERR the ANY argument requires COUNT argument"
GEO_STORE = b"ERR %b is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
GEO_NO_CENTRE = b"ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for %b"
GEO_NO_SHAPE = b"ERR exactly one of BYRADIUS and BYBOX can be specified for %b"

# Payloads of DUMP (commands/dump.py, persistence/rdb/payload.py)
BUSY_KEY = b"BUSYKEY Target key name already exists."
INVALID_TTL = b"ERR Invalid TTL value, must be >= 0"
INVALID_IDLETIME = b"ERR Invalid IDLETIME value, must be >= 0"
INVALID_FREQ = b"ERR Invalid FREQ value, must be >= 0 and <= 255"
DUMP_PAYLOAD = b"ERR DUMP payload version or checksum are wrong"
BAD_DATA_FORMAT = b"ERR Bad data format"

# Sorting (commands/sort.py)
SORT_SCORES = b"ERR One or more scores can't be converted into double"

# Streams (commands/streams.py, streams_reading.py, streams_groups.py, streams_claiming.py, streams_info.py)
STREAM_ID = b"ERR Invalid stream ID specified as stream command argument"
STREAM_START = b"ERR invalid start ID for the interval"
STREAM_END = b"ERR invalid end ID for the interval"
XADD_ID_ZERO = b"ERR The ID specified in XADD must be greater than 0-0"
XADD_ID_SMALL = b"ERR The ID specified in XADD is equal or smaller than the target stream top item"
XADD_EXHAUSTED = b"ERR The stream has exhausted the last possible ID, unable to add more items"
XADD_TOO_LARGE = b"ERR Elements are too large to be stored"
TRIM_TWICE = b"ERR syntax error, MAXLEN and MINID options at the same time are not compatible"
TRIM_MAXLEN = b"ERR The MAXLEN argument must be >= 0."
TRIM_LIMIT = b"ERR The LIMIT argument must be >= 0."
TRIM_LIMIT_ALONE = b"ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"
TRIM_LIMIT_EXACT = b"ERR syntax error, LIMIT cannot be used without the special ~ option"
XTRIM_NO_STRATEGY = b"ERR syntax error, XTRIM must be called with a trimming strategy"
IDMP_ID = b"ERR IDMP/IDMPAUTO can be used only with auto-generated IDs"
IDMP_TWICE = b"ERR IDMP/IDMPAUTO specified multiple times"
IDMP_EMPTY_PID = b"ERR IDMP requires a non-empty producer ID"
IDMP_EMPTY_IID = b"ERR IDMP requires a non-empty idempotent ID"
IDMPAUTO_EMPTY_PID = b"ERR IDMPAUTO requires a non-empty producer ID"
IDMP_NOTHING = b"ERR At least one parameter must be specified"
IDMP_DURATION = b"ERR IDMP-DURATION must be between 1 and 86400 seconds"
IDMP_MAXSIZE = b"ERR IDMP-MAXSIZE must be between 1 and 10000 entries"
IDMP_RECORD_EMPTY = b"ERR producer ID and idempotent ID must be non-empty"
IDMP_RECORD_MISSING = b"ERR no such stream entry"
IDMP_RECORD_CONFLICT = b"ERR producer ID and idempotent ID already map to a different stream ID"
NUMIDS_NOT_POSITIVE = b"ERR Number of IDs must be a positive integer"
NUMIDS_MISMATCH = b"ERR The `numids` parameter must match the number of arguments"
XSETID_ADDED = b"ERR entries_added must be positive"
XSETID_BELOW_GIVEN = b"ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
XSETID_BELOW_DELETED = b"ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
XSETID_BELOW_TOP = b"ERR The ID specified in XSETID is smaller than the target stream top item"
XSETID_BELOW_LENGTH = b"ERR The entries_added specified in XSETID is smaller than the target stream length"
XREAD_UNBALANCED = (
    b"ERR Unbalanced '%b' list of streams: for each stream key an %b must be specified."
)
XREAD_GROUP = b"ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."
XREAD_NOACK = b"ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."
XREAD_CLAIM = b"ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead."
XREAD_NEW = b"ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."
XREAD_MAXCOUNT = b"ERR MAXCOUNT must be a positive integer"
XREAD_MAXSIZE = b"ERR MAXSIZE must be a positive integer"
XREAD_MAXCOUNT_BELOW = b"ERR MAXCOUNT must be greater than or equal to COUNT"
XREADGROUP_NO_GROUP = b"ERR Missing GROUP option for XREADGROUP"
XREADGROUP_MEANINGLESS = (
    b"ERR The %b ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by "
    b"specifying a proper ID, or use the > ID to get new messages. The %b ID would just return an empty result set."
)
XREADGROUP_CLAIM = b"ERR min-idle-time is not an integer or out of range"
XREADGROUP_CLAIM_NEGATIVE = b"ERR min-idle-time must be a positive integer"
NO_GROUP_READING = b"NOGROUP No such key '%b' or consumer group '%b' in XREADGROUP with GROUP option"
NO_GROUP_OR_KEY = b"NOGROUP No such key '%b' or consumer group '%b'"
NO_GROUP = b"NOGROUP No such consumer group '%b' for key name '%b'"
GROUP_EXISTS = b"BUSYGROUP Consumer Group name already exists"
XGROUP_NO_KEY = (
    b"ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM "
    b"option to create an empty stream automatically."
)
XGROUP_ENTRIES_READ = b"ERR value for ENTRIESREAD must be positive or -1"
CLAIM_IDLE = b"ERR Invalid min-idle-time argument for %b"
XCLAIM_VALUE = b"ERR Invalid %b option argument for XCLAIM"
XCLAIM_UNKNOWN = b"ERR Unrecognized XCLAIM option '%b'"
XNACK_MODE = b"ERR mode must be SILENT, FAIL, or FATAL"
XNACK_UNKNOWN = b"ERR Unrecognized XNACK option '%b'"
XNACK_NO_IDS = b"ERR syntax error, expected IDS keyword"
XNACK_NUMIDS = b"ERR numids must be a positive integer"
XNACK_NUMIDS_MISMATCH = b"ERR number of IDs doesn't match numids"
XNACK_RETRYCOUNT = b"ERR Invalid RETRYCOUNT value, must be >= 0"

# Sets (commands/sets.py, sets_algebra.py)
NUMKEYS_NOT_POSITIVE = b"ERR numkeys should be greater than 0"
NUMKEYS_TOO_MANY = b"ERR Number of keys can't be greater than number of args"
LIMIT_NEGATIVE = b"ERR LIMIT can't be negative"

# Before a command runs (executor/dispatch.py)
NOT_IN_MULTI = b"ERR Command not allowed inside a transaction"
MODULE_NOT_ALLOWED = (
    b"ERR MODULE command not allowed. If the enable-module-command option is set to \"local\", you can run it from a "
    b"local connection, otherwise you need to set this option in the configuration file, and then restart the server."
)
DEBUG_NOT_ALLOWED = MODULE_NOT_ALLOWED.replace(b"MODULE", b"DEBUG").replace(b"module", b"debug")
# Introspection and debugging
GETKEYS_UNKNOWN = b"ERR Invalid command specified"
GETKEYS_NO_KEYS = b"ERR The command has no key arguments"
GETKEYS_ARITY = b"ERR Invalid number of arguments specified for command"
GETKEYS_INVALID = b"ERR Invalid arguments specified for command"
SLOWLOG_COUNT = b"ERR count should be greater than or equal to -1"
LATENCY_NO_SAMPLES = b"ERR No samples available for event '%b'"
MONITOR_NOT_HERE = b"ERR MONITOR isn't allowed for DENY BLOCKING client"
SHUTDOWN_NOT_HERE = b"ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client"
PROTOCOL_TYPE_UNKNOWN = (
    b"ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|"
    b"attrib|push|verbatim|true|false"
)
PUSH_NEEDS_RESP3 = b"ERR RESP2 is not supported by this command"
NOT_A_HASH_TABLE = b"ERR The value stored at the specified key is not represented using an hash table"
NOT_A_LISTPACK = b"ERR Not a listpack encoded object."
NOT_A_QUICKLIST = b"ERR Not a quicklist encoded object."
NOT_AN_SDS = b"ERR Not an sds encoded string."
PACKED_THRESHOLD = b"ERR argument must be a memory value bigger than 1 and smaller than 4gb"
DEBUG_DB_OUT_OF_RANGE = b"ERR Out of range database"
CLIENT_EVICTION_OFF = b"ERR maxmemory-clients is disabled."
NOT_POSITIVE = b"ERR value is out of range, must be positive"
RESTART_FAILED = b"ERR failed to restart the server. Check server logs."
_SHOWN_NAME_CHARS = 128  # of an unknown command, and of its arguments together


def unknown_command(name: bytes, args: Sequence[bytes]) -> bytes:
    """Say that there is no such command, with what stood behind it, as far as 128 characters reach."""
    shown = b""
    for arg in args:
        if len(shown) >= _SHOWN_NAME_CHARS:
            break
        shown += b"'%b' " % arg[: _SHOWN_NAME_CHARS - len(shown)]
    return b"ERR unknown command '%b', with args beginning with: %b" % (name[:_SHOWN_NAME_CHARS], shown)


def unknown_subcommand(name: bytes, container: str) -> bytes:
    """Say that `container` has no such subcommand."""
    return b"ERR unknown subcommand '%b'. Try %b HELP." % (name[:_SHOWN_NAME_CHARS], container.encode())


def no_input_keys(name: str) -> bytes:
    """Say that ZUNION and its kin were given no key to read."""
    return b"ERR at least 1 input key is needed for '%b' command" % name.encode()


def only_in_subscribed(name: str) -> bytes:
    """Say what a RESP2 client that has subscriptions may send."""
    return (b"ERR Can't execute '%b': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this "
            b"context" % name.encode())


# Broken protocol (resp/parser.py): the connection is closed after these.
INVALID_MULTIBULK_LENGTH = b"ERR Protocol error: invalid multibulk length"
INVALID_BULK_LENGTH = b"ERR Protocol error: invalid bulk length"
TOO_BIG_MULTIBULK_COUNT = b"ERR Protocol error: too big mbulk count string"
TOO_BIG_BULK_COUNT = b"ERR Protocol error: too big bulk count string"
TOO_BIG_INLINE = b"ERR Protocol error: too big inline request"
UNBALANCED_QUOTES = b"ERR Protocol error: unbalanced quotes in request"
UNAUTHENTICATED_MULTIBULK = b"ERR Protocol error: unauthenticated multibulk length"
UNAUTHENTICATED_BULK = b"ERR Protocol error: unauthenticated bulk length"
EXPECTED_DOLLAR = b"ERR Protocol error: expected '$', got '%c'"  # % the byte that stood there
