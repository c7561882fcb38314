"""The event: journal lines become Cisco NVM flow events and reach the sinks."""
