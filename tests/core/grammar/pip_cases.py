"""Generators of what people, scripts and attackers write after ``pip``; shared by the normal and the long run."""

from hypothesis import strategies as st

from guard.core.grammar.pip_options import OPTIONS

NAMES = (
    "foo",
    "Foo.Bar",
    "foo_bar",
    "a",
    "z9",
    "foo-",
    "foo_",
    "foo.",
    "-foo",
    "_foo",
    "f--o",
    "föö",
    "foo bar",
    "install",
    "zip",
)
EXTRAS = ("", "", "", "[x]", "[x,y]", "[ x , y ]", "[]", "[x", "[x,]", "[x y]", "[é]", " [x]", "[X_y.z]")
SPECS = (
    "", "", "==1.0", "==1.0.*", ">=1,<2", "~=1.0", "~=1", "===any!", "=== x y", "==", "!=1", " == 1.0 ", "(==1.0)",
    "( >=1 , <2 )", "()",
    "==1.0rc1", "==1.0.post1", "==1.0-1", "==1!2.0", "==v1.0", "==1.0+local.1", ">=1.0+local", "==1.0alpha1",
    "~=1.0alpha1", "<1.0.*", ">1.0.dev0",
    "==1.0,", ",==1.0", "==1.0,==1.0", "==1.0;", "=1.0", "1.0", "^1.0", "==abc", "<=abc", "==1.0[x]", ">=1.0 <2",
    "===1.0,2", "===1,==2", "==1.0_1",
    "==1.0.preview3", "==1.0-rev-2", "==1.0a.", "==1.0.", "==1..0", "==01.0", "==1.0 .1", "== 1.0", "==\t1.0",
    "==1.0\u2003", "==1.0c1", "==1.0.b", "!=1.0.*,>=1",
    "@", "@ ", "==1.0@x",
)  # fmt: skip
MARKERS = (
    "", "", "", ";", "; ", " ; ", ';python_version<"3"', '; python_version < "3"',
    " ; python_version >= '3.8' and os_name == 'nt'",
    "; (os.name=='a' or extra == 'x') and 'a' in sys_platform", "; python_version not in '2 3'",
    "; python_version notin '2'", "; bogus == '1'",
    "; python_version", "; python_version == 3", ";;", "; 'a' == 'b'", "; os_name == 'x' or", "; (os_name == 'x'",
    "; os_name=='x') ",
    "; extras == 'x'", "; platform.machine~='x'", "; python_version=='3'and os_name=='x'",
    "; python_version ==  \"\"", "; os_name === 'x'",
)  # fmt: skip
SPACE = ("", "", "", " ", "  ", "\t")
LINKS = (
    "https://x.invalid/foo-1.0.tar.gz", "https://x.invalid/foo-1.0.tar.gz#egg=foo",
    "http://x.invalid/a/Foo_Bar-2.0-py3-none-any.whl",
    "https://x.invalid/a#egg=foo[x]", "https://x.invalid/a.zip#sha256=00&egg=Foo.Bar",
    "git+https://x.invalid/r@v1#egg=foo",
    "git+https://x.invalid/r#egg=foo[x]&subdirectory=d", "git+ssh://git@x.invalid/r.git",
    "hg+http://x.invalid/r#egg=foo==1", "svn+svn://x.invalid/r#egg=foo-1.0",
    "bzr+lp:foo#egg=foo", "git://x.invalid/r#egg=foo", "ftp://x.invalid/foo.zip", "HTTPS://x.invalid/foo-1.0.zip",
    "https://x.invalid/x?egg=foo", "git+https://x.invalid/r#egg=",
    "git+https://x.invalid/r#egg=foo bar", "lp:foo", "https:foo", "git+git@x.invalid:a/b.git#egg=foo",
)  # fmt: skip
PATHS = (
    "./project", "project", "project/", "./project[x]", "project[x]", ".", "..", "./none", "./empty", "./file.zip",
    "none.zip", "./foo-1.0-py3-none-any.whl",
    "foo-1.0.tar.gz", "foo.tar.zip", "./foo-1.0-py3-none-any.whl[x]", "foo@none.zip", "foo==1.0.zip", "foo.whl", "/",
    "./project ; os_name=='x'", "...zip", ".zip",
    "a/b", "file:project", "file:///nowhere/foo-1.0.zip", "file:./project", "FOO.ZIP", "foo.tgz", "foo.gz",
)  # fmt: skip

requirements = st.one_of(
    st.builds(
        lambda a, name, b, extras, c, spec, marker, d: a + name + b + extras + c + spec + marker + d,
        st.sampled_from(SPACE), st.sampled_from(NAMES), st.sampled_from(SPACE), st.sampled_from(EXTRAS),
        st.sampled_from(SPACE),
        st.sampled_from(SPECS), st.sampled_from(MARKERS), st.sampled_from(SPACE),
    ),
    st.builds(
        lambda name, extras, at, link, marker: name + extras + at + link + marker,
        st.sampled_from(NAMES), st.sampled_from(EXTRAS), st.sampled_from((" @ ", "@", " @", "@ ", "  @\t")),
        st.sampled_from(LINKS), st.sampled_from(MARKERS),
    ),
    st.builds(lambda link, marker: link + marker, st.sampled_from(LINKS), st.sampled_from(MARKERS)),
    st.sampled_from(PATHS),
    st.text("foO9_.-[](),=<>!~;@ '\"+*ab", max_size=12),
)  # fmt: skip
good = st.builds(
    lambda name, extras, spec: name + extras + spec,
    st.sampled_from(("foo", "Foo.Bar", "foo_bar", "a", "z9")), st.sampled_from(("", "[x]")),
    st.sampled_from(("", "==1.0", ">=1,<2")),
)  # fmt: skip


@st.composite
def options(draw):
    """The word or words of one option: whole, abbreviated or clustered, its value glued, behind it or missing."""
    word = draw(st.sampled_from(sorted(OPTIONS)))
    if word[:2] == "--" and draw(st.integers(0, 3)) == 0:
        word = word[: draw(st.integers(3, len(word)))]
    value = draw(st.sampled_from(VALUES))
    form = draw(st.integers(0, 5))
    if word[:2] != "--":
        word = draw(st.sampled_from(("-", "-q", "-U", "-qq", "-Iv"))) + word[1:]
        return [word + value] if form < 2 else [word, value] if form < 4 else [word]
    return [word + "=" + value] if form < 2 else [word, value] if form < 4 else [word]


VALUES = (
    "x", "foo", "req.txt", "", "-", "--", "--dry-run", "-r", "1", "5.5", "0x10", "08", "abc", "s", "w", "on", "off",
    "legacy-resolver", "eager", "warn",
    "3.11", "37", "3.x", "1.2.3.4", "a=b", "sha256:00", "md5:00", "dev", "pyproject.toml:dev", "x.toml:dev", ":all:",
    "-x", "install",
)  # fmt: skip

VERBS = ("install",) * 6 + ("download", "wheel", "lock", "list", "uninstall", "cache", "instal", "help")

lines = st.builds(
    lambda before, verb,
    after: [word for words in before for word in words] + verb + [word for words in after for word in words],
    st.lists(options(), max_size=2),
    st.one_of(st.sampled_from(VERBS).map(lambda verb: [verb]), st.just(["--", "install"]), st.just(["--", "list"])),
    st.lists(
        st.one_of(options(), good.map(lambda word: [word]), st.sampled_from((["--"], ["-"], [""], ["install"], ["."]))),
        max_size=5,
    ),
)  # fmt: skip

environs = st.one_of(
    st.just({}),
    st.just({}),
    st.dictionaries(
        st.sampled_from((
            "PIP_REQUIREMENT", "PIP_EDITABLE", "PIP_CONSTRAINT", "PIP_GROUP", "PIP_NO_INDEX", "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL", "PIP_NO_DEPS", "PIP_TIMEOUT",
            "PIP_R", "PIP_REQUIREMENTS", "PIP_EXISTS_ACTION", "PIP_PRE", "PIP__REQUIREMENT", "PIP_requirement",
            "PIP_REQUIREMENTS_FROM_SCRIPT", "PIP_HASH", "pip_requirement",
        )),
        st.sampled_from((
            "req.txt", "a b", "1", "0", "yes", "no", "maybe", "", "http://127.0.0.1/a http://127.0.0.1/b", "dev", "-x",
        )),
        max_size=3,
    ),
)  # fmt: skip

CHUNKS = (
    "foo", "Foo_Bar==1.0", "foo>=1 # why", "# only a comment", "  # indented", "foo#bar", "foo #bar", "", "   ",
    "foo \\", "==1.0", "\\", "foo\\", "--hash=sha256:00", "foo --hash=sha256:00",
    "foo==1.0 --hash=sha256:00 \\", "    --hash=sha256:11", "foo --hash=md5:00", "-e ./project",
    "-e git+https://x.invalid/r#egg=foo", "-r nested.txt", "-r ./sub/deep.txt", "--requirement=nested.txt",
    "-c nested.txt", "-rnested.txt", "--constraint nested.txt", "-r none.txt", "-i http://127.0.0.1/simple",
    "--index-url=http://127.0.0.1/a", "--extra-index-url http://127.0.0.1/b", "--no-index",
    "--find-links 'a b'", "--find-links \"a b", "--pre", "--no-binary :all:", "--no-bin=foo", "--no-binary=-x",
    "--frob", "-f", "${HOME}", "${FOO}", "foo${FOO}", "${foo}", "$FOO", "${FOO", "foo ; python_version<'3'",
    "foo;python_version<'3' --hash=sha256:00", "https://x.invalid/foo-1.0.zip#egg=foo",
    "foo @ https://x.invalid/a.zip", "foo -e ./project", "-e ./project -r nested.txt", "-r nested.txt -r none.txt",
    "-c nested.txt -r nested.txt",
    "foo bar", "=", "foo==", "--global-option=x foo", "foo --global-option='--x y'", "foo --config-settings a=b",
    "foo --config-settings a", "-q", "--require-hashes", "--use-feature fast-deps", "--trusted-host x", "-", "- foo",
    "foo - bar", "foo -- bar", "--", "foo\x0cbar", "foo\u2028bar", "föö", "\ufefffoo", "-r", "--requirem nested.txt",
    "-e", "-e .[x]", "#!foo", "foo\t#bar", "foo\\ ", "\\\\", "foo\\\\", "-r 'nested.txt'", "-r nested\\.txt",
    "--only-binary", "-Z", "--process-dependency-links", "--always-unzip", "-c http://127.0.0.1:9/x",
    "--use-deprecated=legacy-resolver", "--all-releases foo", "foo\r", "foo \\\r",
)  # fmt: skip
files = st.builds(
    lambda chunks, ends: "".join(chunk + end for chunk, end in zip(chunks, ends)),
    st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=6),
    st.lists(st.sampled_from(("\n",) * 8 + ("\r\n", "\r", "\x85", "")), min_size=6, max_size=6),
)
