"""What the monthly evaluation keeps: versions of its method, and the editions that were issued."""
