"""What managers see of the people below the units they were granted."""
