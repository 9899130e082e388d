"""The RDB format: how values, and with them whole data sets, are written down.

format.py has the numbers, reader.py and writer.py the bytes that everything is made of; listpack.py, ziplist.py,
zipmap.py and intset.py the packed containers inside of strings; by_type/ one codec per type; codecs.py finds them;
payload.py makes DUMP's payloads of them.
"""
