"""`python -m pyredis_server` is `pyredis-server`."""

from pyredis_server.app import main

if __name__ == "__main__":
    main()
