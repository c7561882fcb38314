"""What people, and people who try to hide a name, write behind ``poetry``: strategies for lines and requirements."""

from hypothesis import strategies as st

NAMES = ["alpha", "Beta-Gamma", "delta_epsilon", "z.eta", "x", "python3-eta", "add", "run", "self", "update"]
VERSIONS = [
    "1",
    "1.2.3",
    "^1.0",
    "~1.2",
    ">=1,<2",
    "==1.0",
    "=1.0",
    "*",
    "!=2",
    "latest",
    "1.0a1",
    "~=1.4",
    ">1 <2",
    "^1 || ^2",
]
FIXED = [
    "add", "install", "update", "remove", "lock", "sync", "self", "self add", "build", "init", "run", "publish", "show",
    "debug", "resolve", "new", "pip", "help", "frob", "", "-", "--", "--help", "-h", "-V", "--version", "-hq", "-qh",
    "-D", "--dev", "-G", "--group", "--group=dev", "-Gdev", "-E", "-Ex", "--extras", "--extras=a b", "--optional",
    "--optional=x", "--python", "^3.8", "--platform", "linux", "--source", "private", "--source=",
    "--allow-prereleases",
    "--dry-run", "--lock", "--lock=x", "--editable", "-e", "-eD", "-De", "-DE", "-v", "-vv", "-vvv", "-vvvv", "-q",
    "-n",
    "-nq", "-nD", "--no-interaction", "--no-inter", "--no-", "--ver", "--verb", "--quiet", "--ansi", "--no-ansi",
    "--an",
    "-C", "--directory", "-P", "--project", "-C.", "-Csub", "--directory=sub", "--dir", "--dir=sub", "--proj=sub",
    "sub", ".",
    "--no-cache", "--no-plugins", "--markers", "sys_platform=='linux'", "--only", "main", "--with=docs", "--no-root",
    "--dependency", "--dependency=alpha", "--dev-dependency", "--name", "--format", "-f", "--nonsense", "--nonsense=1",
    "-Z", "-1", "-0.5", "- x", "--a b", "--=x", "-C=sub", "--preview",
]  # fmt: skip

name = st.sampled_from(NAMES) | st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True)
version = st.sampled_from(VERSIONS)
extras = st.sampled_from(["", "", "[a]", "[a,b]", "[a, b]", "[ a ]", "[]", "[a-b]", "[a"])
marker = st.sampled_from(["", "", " ; python_version < '3'", "; sys_platform == 'linux'", ";x", " ; extra == 'a'"])
joint = st.sampled_from(
    ["@", " @ ", "==", ">=", "=", ":", " ", " (", "~=", "^", "~", "<", "!=", "===", " >= ", "@ ", ""]
)
link = st.sampled_from([
    "git+https://host/own/repo.git", "git+ssh://git@host/own/repo.git", "git+https://host/own/repo.git@v1#egg=alpha",
    "git+https://host/r.git#subdirectory=x", "git+http://host/r.git", "https://host/alpha-1.0-py3-none-any.whl",
    "http://host/p/beta-2.0.tar.gz", "https://host/x", "ssh://host/x", "git@host:own/repo.git", "hg+https://host/x",
    "./local/pkg", "local/pkg", "local/made_here-1.0-py3-none-any.whl", "../nowhere", "./nowhere/x", "file:///tmp/x",
    "https:", "https://", "://", "HTTPS://host/alpha-1.0.zip",
])  # fmt: skip
clause = st.builds(lambda n, e, j, v: n + e + j + v + (")" if j == " (" else ""), name, extras, joint, version)
requirement = st.one_of(
    name,
    clause,
    st.builds(lambda c, m: c + m, clause, marker),
    st.builds(lambda c, v: c + "," + v, clause, version),
    st.builds(
        lambda n, e, at, url, m: n + e + at + url + m, name, extras, st.sampled_from(["@", " @ ", "@ "]), link, marker
    ),
    st.builds(lambda url, e: url + e, link, extras),
    st.text("abA1@=<>~^!:;,.[]() /-_#*|'\"+", max_size=10),
)
word = st.one_of(st.sampled_from(FIXED), st.sampled_from(FIXED), name, clause)
# Mostly a command first, as people write; the rest in any order.
verb = st.sampled_from(
    [["add"], ["add"], ["self", "add"], ["install"], ["update"], ["remove"], ["init"], ["run"], ["lock"], []]
)
line = st.builds(lambda v, rest: v + rest, verb, st.lists(word, max_size=7))
