-- Learners of number $3 to $4 in unit $2; a learner's id is their number.
WITH number AS (
    SELECT n, lpad(to_hex(n), 32, '0')::uuid AS id FROM generate_series($3::bigint, $4::bigint) AS n
), people AS (
    INSERT INTO employee (id, organisation_id, unit_id, staff_no, display_name, role_started_on, active, created_at)
    SELECT id, $1, $2, 'B' || lpad(n::text, 8, '0'), '学员' || n, '2026-01-05', true, now() FROM number
), lessons AS (
    INSERT INTO lesson_completion (learner_id, lesson_id, organisation_id, lesson_version, completed_at)
    SELECT number.id, lesson.id, $1, 1, now() FROM number, unnest($5::text[]) AS lesson (id)
)
INSERT INTO learner (learner_id, organisation_id, sequence, time_zone, language, daily_goal_minutes, new_per_day, days_off)
SELECT id, $1, 1, 'Asia/Shanghai', 'zh-Hans', 5, 10, '{}' FROM number
