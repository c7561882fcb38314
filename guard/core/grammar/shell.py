"""``shlex.split`` as pip uses it on the options of a requirement line; the module itself costs 5 ms to import."""

BLANK = " \t\r\n"


def split(text):
    """The words of ``text``, quotes and backslashes undone as a POSIX shell would; ValueError on an open quote."""
    if "'" not in text and '"' not in text and "\\" not in text:
        for blank in "\t\r\n":
            text = text.replace(blank, " ")
        return [word for word in text.split(" ") if word]
    words, word, quote, place = [], None, "", 0
    while place < len(text):
        letter = text[place]
        place += 1
        if quote == "'" and letter != "'":
            word += letter
        elif letter == "\\":
            if place == len(text):
                raise ValueError("nothing stands behind the last backslash")
            escaped = text[place]
            place += 1
            word = (word or "") + (escaped if quote != '"' or escaped in '"\\' else "\\" + escaped)
        elif quote:
            if letter == quote:
                quote = ""
            else:
                word += letter
        elif letter in "'\"":
            quote = letter
            word = word or ""
        elif letter in BLANK:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + letter
    if quote:
        raise ValueError("a quotation is not closed")
    return words if word is None else words + [word]
