"""Rules and use cases of Composure: functions of values.

Owns what the product knows about practice, memory and mastery. Must not know HTTP, SQL, files or clocks: the time, ids and stored
facts a rule needs are its arguments. The packages form a ladder (identity < content < practice < mastery); each imports only
those below it.
"""
