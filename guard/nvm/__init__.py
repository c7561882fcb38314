"""It records: journal line -> NVM event -> sinks.

line (guard.core.journal) ──context──▶ event (fields) ──▶ spool ──▶ log (STATE/events/UID.jsonl)
                                                             └────▶ each sink of the settings, oldest first

fields     the keys of an NVM flow event, short and long, and its two wire forms
event      what a journal line says, as events
context    what the machine knows beside it: processes, hashes, session, device
recorder   drains the journal, exactly once, whatever is killed
spool      what waits for one sink
sinks/     where events go: one file each
health     what is wrong with all that
"""
