"""guard stands in front of pip and poetry.

The map of the house (what each room does, in one sentence):

    gate.py      door 1: it judges one command line, then becomes the real tool or refuses
    cli/         door 2: it answers a person, one file per subcommand
    core/        ground floor: it reads commands, looks names up, decides, and writes the journal line
    resolver/    the room lent to pip and poetry: it judges the names they learn while resolving
    lists/       it fetches, verifies, merges and swaps the list
    nvm/         it records: journal line -> NVM event -> sinks
    analytic/    it hunts: the Splunk detection over NVM logs
    lookalike/   it judges names that no list knows yet
    setup/       it installs, protects and removes

Direction: gate -> core; resolver -> core; cli -> everything above core; core sees nothing above it.
This module imports nothing.
"""

__version__ = "0.1.0"
