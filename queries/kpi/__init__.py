"""The KPIs of the programme, and what is behind them: pure computation over what is stored."""
