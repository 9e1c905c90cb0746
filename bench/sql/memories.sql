-- For learners of number $2 to $3, memories number $6 to $7 of each. Items go round, so that every item has as many memories.
-- Answers were given when a practice day began in Shanghai, so today's do not lie ahead. Stabilities lie between 2 and 60 days, about one memory in eight is due; by arithmetic and not at random, so that every run is
-- the same.
INSERT INTO memory (
    learner_id, organisation_id, sequence, item_id, skill, stability, difficulty, first_practice_day, last_practice_day, due_on,
    repetitions, lapses, relearning, last_answered_at, last_review_id)
SELECT lpad(to_hex(n), 32, '0')::uuid, $1, 1, item.item_id, item.skill, drawn.stability, 3 + n % 5, $8::date - 200,
       $8::date - drawn.ago, $8::date - drawn.ago + ceil(drawn.stability)::int, 1 + k % 6, n % 2, false,
       ($8::date - drawn.ago)::timestamp AT TIME ZONE 'UTC' - interval '4 hours', lpad(to_hex(k), 32, '0')::uuid
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN generate_series($6::bigint, $7::bigint) AS k
CROSS JOIN LATERAL (SELECT 2 + 58 * ((n * 7919 + k * 104729) % 997) / 997.0::float8 AS stability) AS d
CROSS JOIN LATERAL (
    SELECT d.stability, floor(d.stability * 1.14 * ((n * 3571 + k * 15485863) % 991) / 991.0::float8)::int AS ago
) AS drawn
JOIN unnest($4::text[], $5::text[]) WITH ORDINALITY AS item (item_id, skill, place)
  ON item.place = 1 + (n + k) % cardinality($4::text[])
