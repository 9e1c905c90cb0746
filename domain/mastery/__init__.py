"""What a person holds of each skill, today and later, and which programs that completes. A fold over memories."""
