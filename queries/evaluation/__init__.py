"""The monthly evaluation: who did how well, as sure as the cases allow."""
