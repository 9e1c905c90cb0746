"""What is taught: skills, lessons, items and their immutable versions. Knows nothing of learners' memories or of files."""
