"""The truth: schema, migrations, the write path, importers, city packs, the demo generator."""
