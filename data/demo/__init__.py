"""The demo city: a believable year and a half of complaints, and a process that adds to them."""
