"""What learners do: profile, drill, reviews, lessons, mastery, progress."""
