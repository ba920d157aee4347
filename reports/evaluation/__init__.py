"""Documents of a monthly evaluation: PDF, spreadsheet and CSV, from its values alone."""
