"""Configuration: directives, their values, the file, the command line, CONFIG's work.

`directives` declares every directive by area; `directive` has the classes they are made of; `manager` does what the
CONFIG command asks; `file` reads configuration files; `rewrite` updates them; `argv` takes a command line apart.
"""
