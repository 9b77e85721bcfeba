"""The names and passwords that the cases are generated from.

No two names of NAMES look alike in the contract's sense (equal after lower-casing and NFC), so that the tool may
add all of them to one file. Characters that an editor could hide or normalise are written as escapes.
"""

import unicodedata

NAMES = (
    "alice",
    "Bob Smith",
    "x",
    "user",
    "mary-jane.watson_2",
    "someone@example.org",
    # Quotes, and what would matter to SQL, a shell, a glob, a path or a format string.
    "o'brien",
    'say "hi"',
    "`id`",
    "Robert'); DROP TABLE user;--",
    "' OR '1'='1",
    "a%b_c",
    "%",
    "_",
    "*",
    "?",
    "[a-z]",
    "$(id)",
    "${HOME}",
    "~root",
    "#comment",
    "a&b|c>d<e;f",
    "!bang",
    "back\\slash\\",
    "../../etc/passwd",
    "%s%n{}",
    # What would matter to CSV, JSON, HTML or a spreadsheet.
    "a,b",
    "=1+1",
    '{"id":1}',
    "<b>&amp;</b>",
    "\\u0041\\n",
    "null",
    # Only digits, and what a loose parser takes for a number; `id` 1 exists and belongs to somebody else.
    "1",
    "123",
    "007",
    "1e3",
    "0x10",
    "99999999999999999999",
    # A leading dash reaches the tool after `--`.
    "-rf",
    "--help",
    "--",
    "-",
    "-1",
    # Accents in NFC, one name in NFD, letters whose lower case is special.
    "Zo\u00eb",
    "\u00c5ngstr\u00f6m",
    "Jose\u0301",
    "Stra\u00dfe",
    "\u0130stanbul",
    "\u1f48\u03b4\u03c5\u03c3\u03c3\u03b5\u03cd\u03c2",
    "Nguy\u1ec5n V\u0103n",
    # Other scripts, right to left and combining marks included.
    "\u5f20\u4f1f",
    "\u7530\u4e2d\u3000\u592a\u90ce",
    "\ud55c\uad6d",
    "\u0418\u0432\u0430\u043d",
    "\u05d3\u05d5\u05d3",
    "\u0645\u062d\u0645\u062f",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
    "no\u00a0break",
    # Beyond the basic plane.
    "\U0001f600",
    "\U0001f1eb\U0001f1f7",
    "\U0001f44d\U0001f3fd",
    "\U0001d400\U0001d401",
    "\U00020000\U00020001",
    # Exactly as long as a name may be, in characters of one to four bytes.
    "n" * 80,
    "\u00fc" * 80,
    "\u4e2d" * 80,
    "\U0001f512" * 80,
)

# Rows that the application makes and the tool never would, but has to work with.
APPLICATION_NAMES = (
    "",
    " ",
    " leading",
    "trailing ",
    "\u00a0edges\u3000",
    "\ttab",
    "two\nlines",
    "ends in newline\n",
    "carriage\rreturn",
    "\r\n",
    "nul\0inside",
    "nul at the end\0",
    "\0",
    "bell\x07",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x7f",
    "c1\x85\x9b2J",
    "zero\u200bwidth",
    "right\u202eleft",
    "soft\u00adhyphen",
    "\ufeffmark",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "heart\u2764\ufe0f",
    "filler\u3164",
    "line\u2028separator",
    "private\ue000use",
    "non\uffffcharacter",
    "tag\U000e0041",
    "m" * 81,
    "z" * 10000,
    "\u4e2d" * 10000,
    "\U0001f512" * 10000,
)

# Passwords that both sides may set.
PASSWORDS = (
    "8 chars.",
    "correct horse battery staple",
    "  spaces at both ends  ",
    " \u00a0other spaces\u3000 ",
    "tab\tinside",
    "\ttabs at both ends\t",
    "12345678",
    "--password-stdin",
    "-leading-dash",
    "'single' \"double\" `back`",
    "$HOME $(id) `id` !! ~ * ?",
    "back\\slash \\n \\0 end\\",
    "%s %n {0} {{}}",
    "; DROP TABLE user; --",
    '{"password": null}',
    "$pbkdf2-sha256$1000$c2FsdA$AAAA",
    "caf\u00e9 cr\u00e8me",
    "cafe\u0301 cre\u0300me",
    "p\u00e4ssw\u00f6rd \u0438 \u043f\u0430\u0440\u043e\u043b\u044c",
    "\u5bc6\u7801\u662f\u516b\u4e2a\u5b57\u7684\u5440",
    "\ud55c\uad6d\uc5b4 \ube44\ubc00\ubc88\ud638",
    "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165",
    "\U0001f511" * 8,
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "zero\u200bwidth \u202eoverride",
    "\ufeffbyte order mark",
    "\x1b[31mescape\x01\x7f",
    # Around the block of HMAC-SHA256: a longer key is hashed first.
    "b" * 63,
    "b" * 64,
    "b" * 65,
    "\u00e9" * 32,
    "\u00e9" * 32 + "b",
    "\U0001f511" * 16,
    "b" * 128,
    # Exactly as long as a password may be, in characters of one to four bytes.
    "l" * 4096,
    "\u00e9" * 4096,
    "\U0001f511" * 4096,
)

# Passwords that only the application sets, and that the tool must be able to check.
APPLICATION_PASSWORDS = (
    "",
    "x",
    "7 chars",
    "two\nlines here",
    "ends in newline\n",
    "ends in two\n\n",
    "ends in return\r",
    "ends in both\r\n",
    "\n",
    "nul\0inside",
    "\0first",
    "line\u2028separator",
)


def near_misses(password):
    """Passwords that are not this one but that trimming, normalising or truncating would turn into it."""
    candidates = (
        password + " ",
        password[:-1],
        password.strip(),
        password.swapcase(),
        unicodedata.normalize("NFC", password),
        unicodedata.normalize("NFD", password),
    )
    return sorted({candidate for candidate in candidates if candidate != password and len(candidate) <= 4096})


def label(text):
    """How a name or password is called in a title: short, printable and ASCII."""
    shown = ascii(text)
    return shown if len(shown) <= 40 else f"{shown[:28]}... ({len(text)} characters)"
