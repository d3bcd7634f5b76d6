"""What is recorded, and who may see it: units, appointments, editions, cases, work items, events and their records."""
