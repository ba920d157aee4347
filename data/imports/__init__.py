"""Old data in: files of other systems, read as presets say."""
