"""Questions across layers: what lies near what, and what that has to do with response."""
