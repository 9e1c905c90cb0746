"""What operators ask: is it alive, is it ready, what does it do."""
