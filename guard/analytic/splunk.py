"""The definition as the Splunk search it was published as."""

from . import seed


def search(earliest="", latest="", exclusions=()):
    """The SPL. ``earliest``, ``latest``: time modifiers, or ""; the operator's filter goes before its macro."""
    window = "".join(" %s=%s" % pair for pair in (("earliest", earliest), ("latest", latest)) if pair[1])
    pairs = [" ".join('process_arguments = "%s"' % word for word in pair) for pair in seed.WORDS]
    words = "\n  OR\n".join("  (%s)" % pair for pair in pairs)
    steps = [
        'rex field=process_arguments "%s"' % seed.REGEX,
        "lookup %s %s as package_name OUTPUTNEW %s" % (seed.LOOKUP, seed.LOOKUP_KEY, " ".join(seed.LOOKUP_GIVES)),
        "where isnotnull(comment)",
        "stats count min(_time) as firstTime max(_time) as lastTime\n  %s\n  by %s"
        % ("\n  ".join("values(%s) as %s" % pair for pair in seed.VALUES.items()), " ".join(seed.BY)),
        "`security_content_ctime(firstTime)`",
        "`security_content_ctime(lastTime)`",
        "table " + " ".join(seed.COLUMNS),
    ]
    steps += ["search NOT (%s)" % " ".join("%s=%s" % (c, _quoted(p)) for c, p in terms) for terms in exclusions]
    steps.append("`%s`" % seed.FILTER_MACRO)
    hosts = "dest_hostname IN (%s)" % ", ".join('"%s"' % host for host in seed.HOSTS)
    return "`%s`%s\n%s\n(\n%s\n)\n| %s" % (seed.MACRO, window, hosts, words, "\n| ".join(steps))


def _quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
