"""Complaints of other servers: `flask complaints pull` reads any GeoReport v2 server.

This is the only part of the program that asks anything of another machine, and only when told to.
"""
