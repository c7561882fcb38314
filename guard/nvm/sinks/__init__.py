"""The sinks, one file each (guard.nvm.sink is their interface). Each is imported when the settings name it."""
