-- What the service would have counted while the memories came about; every third learner once mastered the skill.
INSERT INTO skill_standing (learner_id, organisation_id, skill, items_seen, reviews, last_practised_on, mastered_on)
SELECT learner_id, $1, skill, count(*), sum(repetitions), max(last_practice_day),
       CASE WHEN min(difficulty)::int % 3 = 0 THEN $2::date - 30 END
FROM memory GROUP BY learner_id, skill
ON CONFLICT DO NOTHING
