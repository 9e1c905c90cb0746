"""Assessments: stage exams, and questionnaires about oneself."""
