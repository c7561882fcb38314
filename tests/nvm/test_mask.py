"""guard.core.mask: no credential survives, and nothing else changes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.core.mask import mask, mask_all, mask_words

MASKED = [
    ("https://user:pass@host/simple", "https://***@host/simple"),
    ("https://ghToken12@host/simple", "https://***@host/simple"),
    ("https://user:p@ss@host/simple/", "https://***@host/simple/"),
    ("https://user:pa/ss@host/simple/", "https://***@host/simple/"),
    ("https://user:pa#s@host", "https://***@host"),
    ("pkg @ git+https://u:p@h/r.git@v1#egg=pkg", "pkg @ git+https://***@h/r.git@v1#egg=pkg"),
    ("--index-url=https://u:p@h:8080/s", "--index-url=https://***@h:8080/s"),
    ("-ihttps://u:p@h/s", "-ihttps://***@h/s"),
    ("https://h/s?token=abc&x=1", "https://h/s?token=***&x=1"),
    ("https://h/s?x=1&access_token=abc", "https://h/s?x=1&access_token=***"),
    ("https://h/a.whl?X-Amz-Credential=a%2Fb&X-Amz-Signature=0f0f#sha256=00",
     "https://h/a.whl?X-Amz-Credential=***&X-Amz-Signature=***#sha256=00"),
    ("https://h/a.whl#access_token=1&egg=a", "https://h/a.whl#access_token=***&egg=a"),
    ("https://dl.host.io/AbCd1234EfGh5678/org/simple", "https://dl.host.io/***/org/simple"),
    ("--extra-index-url https://u:p@h/s https://a:b@c/", "--extra-index-url https://***@h/s https://***@c/"),
    ("https://h/go?to=https://u:p@x/y", "https://h/go?to=https://***@x/y"),
    ("--config-settings=api_key=zzz", "--config-settings=api_key=***"),
    ("GITHUB_TOKEN=zzz", "GITHUB_TOKEN=***"),
    ("token=!=x", "token=***"),
    ("TOKEN=\"hunter 2\" pip install x", "TOKEN=\"***\" pip install x"),
    ("sh -c 'twine --password hunter2 x'", "sh -c 'twine --password *** x'"),
    ("pip --token hunter2'\nname --pre", "pip --token ***'\nname --pre"),
    ("PASSWORD='hunter2'", "PASSWORD='***'"),
    ('sh -c "twine --password \'two words\' x"', 'sh -c "twine --password \'***\' x"'),
    ("a --password x#y&z b", "a --password *** b"),
    ("curl -H 'Authorization: Bearer hunter2' https://h/", "curl -H 'Authorization: ***' https://h/"),
    ('curl -H "X-Api-Key: hunter2" -H "Accept: */*"', 'curl -H "X-Api-Key: ***" -H "Accept: */*"'),
    ("Cookie: a=1; b=2\nname==1.0", "Cookie: ***\nname==1.0"),
    ("TOKEN=\"hunter2\nname==1.0", "TOKEN=\"***\nname==1.0"),
    ("name==1.0 token=x other>=2", "name==1.0 token=*** other>=2"),
    ("ghp_0123456789abcdef0123", "***"),
    ("git+ssh://user:pw@h/r", "git+ssh://***@h/r"),
    ("https://user:p://w@host/simple", "https://***@host/simple"),
    ("https://${USER}:${TOKEN}@h/", "https://***@h/"),
]  # fmt: skip

KEPT = [
    "reqeusts[x]==1.0",
    "name>=1,<2; python_version < '3.9'",
    "git+ssh://git@github.com/a/b.git@v1",
    "https://host:8443/simple/pkg@1.0",
    "https://[::1]:80/x@y",
    "https://files.host/packages/ab/cd/0123456789abcdef0123456789abcdef/a-1.0.whl#sha256=00ff",
    "https://h/s?python=3&author=me",
    "--hash=sha256:0011",
    "authlib==1.0",
    "tokenizers==0.1",
    "token>=1,!=2,~=3,<=4,===5",
    "a token=",
    "a token=''",
    "a --no-token --pre b",
    "a --token\nb c",
    "keyring --password",
    "author: me",
    "Requires-Dist: name; extra == 'auth'",
    "a token: ",
    "b; extra == 'auth'",
    "file:///home/me/a@b",
    "",
]


@pytest.mark.parametrize("text, masked", MASKED)
def test_masked(text, masked):
    assert mask(text) == masked
    assert mask(masked) == masked  # the recorder masks again what the gate has masked


@pytest.mark.parametrize("text", KEPT)
def test_kept(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    "piece",
    ["a://", ",a://b", "a://b:c@d/?to=", "token=a ", "token=a&", "token", "=", "a://@", "ghp_123456789 ", "ghp_",
     "--token ", "--token 'a", "token: ", "token: a\n", "--", "a--", "hf_", ": ", "a: a"],
)
def test_the_largest_argument_is_masked_in_no_time(piece):
    """128 KiB is what the kernel takes as one argument; a walk that starts anew at each URL would take minutes."""
    text = piece * (131072 // len(piece))
    start = time.process_time()
    mask("https://" + text)
    mask("x " + text)
    assert time.process_time() - start < 2


def test_words():
    words = ["install", "--proxy", "u:p@h:3128", "--password", "x", "--proxy=u:p@h", "-r", "a.txt", "--token=z", "b"]
    assert mask_words(words) == [
        "install", "--proxy", "***@h:3128", "--password", "***", "--proxy=***@h", "-r", "a.txt", "--token=***", "b",
    ]  # fmt: skip
    assert mask_words(["--trusted-host", "h", "--keyring-provider", "import"]) == [
        "--trusted-host", "h", "--keyring-provider", "import"]  # fmt: skip


_SECRET = st.text("abcXYZ0189-._~!$%", min_size=6, max_size=20).filter(lambda s: "%%" not in s)


@settings(deadline=None)  # the machine may be busy
@given(user=_SECRET, secret=_SECRET, before=st.text(max_size=8), scheme=st.sampled_from(["https", "git+https", "ftp"]))
def test_no_password_of_a_url_survives(user, secret, before, scheme):
    masked = mask("%s %s://%s:%s@index.example/simple/" % (before, scheme, user, "Q7" + secret))
    assert "Q7" + secret not in masked
    assert masked.endswith("://***@index.example/simple/")


@settings(deadline=None)
@given(st.text())
def test_never_fails_and_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)


_PIECES = ["://", "@", "/", "?", "#", "=", "&", " ", ";", "-", "token", "KEY", "https", "u:p@h", "ghp_", "a1b2c3d4e5f6g7h8i9",
           "'", "\t", "\n", "x", ": ", "--token ", "cookie"]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), max_size=5))
def test_many_at_once_are_masked_as_one_by_one(texts):
    assert mask_all(texts) == [mask(text) for text in texts]
