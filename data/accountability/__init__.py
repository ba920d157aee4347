"""Who is accountable, and until when: officers in their posts, and the hours a city works."""
