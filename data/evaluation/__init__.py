"""What is kept of the monthly evaluations, and the methods by which they are made."""
