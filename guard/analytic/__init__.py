"""The Splunk analytic over NVM logs, with its engines."""
