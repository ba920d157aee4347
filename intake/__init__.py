"""The Open311 API. Writes through data.complaints."""
