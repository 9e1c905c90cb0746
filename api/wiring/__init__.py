"""Where everything is put together: settings, databases, transactions, stores. The only place that knows both ends."""
