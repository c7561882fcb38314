"""The detection "Cisco NVM - Installation of Typosquatted Python Package", as data.

Everything that the published search says stands here once; ``definition`` makes SQL of it, ``splunk`` the search it
came from, ``sigma`` a rule, ``outcome`` its notable and its risk event. docs/reference/analytic.md has the table.
"""

NAME = "Cisco NVM - Installation of Typosquatted Python Package"
DESCRIPTION = (
    "This analytic detects suspicious python package installations where the package name resembles popular Python "
    "libraries but may be typosquatted or slightly altered."
)
MACRO = "cisco_network_visibility_module_flowdata"
SOURCETYPE = "cisco:nvm:flowdata"
FILTER_MACRO = "cisco_nvm___installation_of_typosquatted_python_package_filter"

# Lines 2 to 7: `*` stands for any run of characters, upper and lower case are one.
HOSTS = ("*.pythonhosted.org", "*pypi.org", "*python-poetry.org")
WORDS = (("*pip*", "*install*"), ("*poetry*", "*add*"))

# Line 9, verbatim.
REGEX = r"""(?i)(?:pip|poetry)[^|]*?\s+(?:install|add)\s+(?P<package_name>[^\s\"']+)$"""

# Lines 14 to 16.
LOOKUP = "typo_squatted_python_packages"
LOOKUP_KEY = "typosquatted_package_name"
LOOKUP_GIVES = ("comment", "package_official_url")

# Lines 21 to 29: the field that is read -> the name it has in the result.
VALUES = {
    "parent_process_arguments": "parent_process_arguments",
    "process_arguments": "process_arguments",
    "parent_process_hash": "parent_process_hash",
    "process_hash": "process_hash",
    "module_name_list": "module_name_list",
    "module_hash_list": "module_hash_list",
    "dest_port": "dest_port",
    "aliul": "additional_logged_in_users_list",
    "dest_hostname": "dest_hostname",
}

# Line 30.
BY = (
    "src", "dest", "parent_process_path", "parent_process_integrity_level", "process_path", "process_name",
    "process_integrity_level", "process_id", "transport", "package_name", "comment", "package_official_url",
)  # fmt: skip

# Lines 32 and 34, the macro `security_content_ctime`.
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"

# Lines 36 to 39.
COLUMNS = (
    "firstTime", "lastTime", "src", "dest_hostname", "dest", "dest_port", "transport", "package_name", "comment",
    "package_official_url", "parent_process_integrity_level", "parent_process_path", "parent_process_arguments",
    "parent_process_hash", "process_integrity_level", "process_path", "process_name", "process_arguments",
    "process_hash", "process_id", "additional_logged_in_users_list", "module_name_list", "module_hash_list",
)  # fmt: skip

# Default configuration, annotations, risk.
CRON = "0 * * * *"
EARLIEST, LATEST = "-70m@m", "-10m@m"
NOTABLE_FIELDS = ("user", "dest")
ATTACK_ID, ATTACK_TECHNIQUE, ATTACK_TACTIC = "T1059", "Command and Scripting Interpreter", "Execution"
RISK_MESSAGE = (
    "Host $src$ used pip or poetry to install a likely typosquated python package $package_name$ from $dest_hostname$"
)
RISK_OBJECT, RISK_OBJECT_TYPE, RISK_SCORE = "src", "system", 60
THREAT_OBJECT = "process_name"
