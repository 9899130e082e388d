"""The wire protocol: requests in, replies out, RESP2 and RESP3. Pure, standard library only."""
