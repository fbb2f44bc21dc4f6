#!/usr/bin/env python3
"""Gives what evenkeel wrote the names that the checker of the benchmark knows.

    python convert.py --facts FACTS.parquet --readings READINGS.parquet --as-of INSTANT --out FOLDER
"""
import argparse
import os

import duckdb

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--facts")
for name in ("--readings", "--as-of", "--out"):
    arguments.add_argument(name, required=True)
given = arguments.parse_args()
os.makedirs(given.out, exist_ok=True)
database = duckdb.connect()
database.execute("set timezone = 'UTC'")
if given.facts:
    # The two service levels are measures in evenkeel; here they are worked out from the same durations.
    database.execute(
        f"""copy (
          select case_id, opened_at, solved_at, unit_id, person_id, channel, topic, priority, is_complaint,
            first_response_s, first_response_business_s as first_response_bus_s, first_resolution_s, full_resolution_s,
            requester_wait_s, requester_wait_business_s as requester_wait_bus_s, agent_wait_s, hold_s,
            reopens, agent_replies, customer_messages, transfers, escalated, one_touch, repeat_within_7d,
            case when first_response_business_s is not null then first_response_business_s <= 14400
              when solved_at is null and age_business_s > 14400 then false end as sla_first_met,
            case when full_resolution_s is not null then full_resolution_s <= 259200
              when age_s > 259200 then false end as sla_resolution_met
          from read_parquet('{given.facts}')
        ) to '{given.out}/case_facts.parquet' (format parquet)"""
    )
database.execute(
    f"""copy (
      select measure, level, unit, strptime(period || '-01', '%Y-%m-%d')::date as month, numerator, denominator, n, value
      from read_parquet('{given.readings}')
    ) to '{given.out}/readings.parquet' (format parquet)"""
)
