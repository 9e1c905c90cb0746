"""Assessments over HTTP: stage exams, and questionnaires about oneself."""
