-- A bank of one head office with two units: `learners` and `team`. Its manager is the learner of number $2.
WITH bank AS (
    INSERT INTO organisation (id, slug, name, is_demo, created_at)
    VALUES ($1, 'bench', '{"zh-Hans": "基准银行"}', false, now()) RETURNING id
), unit AS (
    INSERT INTO org_unit (id, organisation_id, parent_id, kind, name)
    SELECT u.id, bank.id, u.parent, u.kind, u.name
    FROM bank, unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS u (id, parent, kind, name) RETURNING id
), itself AS (
    INSERT INTO org_unit_ancestor (ancestor_id, unit_id, organisation_id, depth)
    SELECT u.id, u.id, $1, 0 FROM unnest($3::uuid[]) AS u (id)
    UNION ALL
    SELECT u.parent, u.id, $1, 1 FROM unnest($3::uuid[], $4::uuid[]) AS u (id, parent) WHERE u.parent IS NOT NULL
), manager AS (
    INSERT INTO employee (id, organisation_id, unit_id, staff_no, display_name, role_started_on, active, created_at)
    VALUES ($2, $1, ($3::uuid[])[1], 'manager', '王晓岚', '2026-01-05', true, now()) RETURNING id
), practises AS (
    INSERT INTO learner (learner_id, organisation_id, time_zone, language, daily_goal_minutes, new_per_day, days_off)
    VALUES ($2, $1, 'Asia/Shanghai', 'zh-Hans', 5, 10, '{}')
)
INSERT INTO role_grant (employee_id, role, unit_id, organisation_id)
SELECT manager.id, 'manager', ($3::uuid[])[1], $1 FROM manager
