"""Every read: takes a filter, returns a DataFrame or plain values. Never imports dash."""
