def folds(candidate, name, parts, separator, start):
    """Tries every limit; `separator` is what the value has between parts (without a comma's space)."""
    value = separator.join(parts)
    mark = separator.strip()
    marked = [part + mark for part in parts[:-1]] + parts[-1:]
    for limit in range(1, len(value) + len(name) + 5):
        lines = [f"{name}: {marked[0]}"]
        for part in marked[1:]:
            if len(lines[-1]) + 1 + len(part) <= limit:
                lines[-1] += f" {part}"
            else:
                lines.append(start + part)
        assert candidate(name, value, limit) == lines


def check_words(candidate):
    folds(candidate, "Subject", ["the", "minutes", "of", "a", "meeting"], " ", " ")
    folds(candidate, "X-Other", ["aa", "bbb", "c"], " ", " ")


def check_addresses(candidate):
    for name in ("To", "Cc", "From"):
        folds(candidate, name, ["ann@a.example", "Bob <bob@b.example>", "c@c.example"], ", ", " ")


def check_quoted_commas(candidate):
    folds(
        candidate,
        "Reply-To",
        ['"Noe, Ida" <i@n.example>', '"a, b, c" <d@e.example>', "x@y.example"],
        ", ",
        " ",
    )


def check_identifiers(candidate):
    folds(candidate, "References", ["<1@a.example>", "<2@b.example>", "<33@c.example>"], " ", "\t")
    assert candidate("In-Reply-To", "<1@a><2@b>", 14) == ["In-Reply-To: <1@a>", "\t<2@b>"]


def check_received(candidate):
    folds(candidate, "Received", ["from a.example by b.example", "Mon, 3 Feb 2025", "with x"], "; ", "\t")


def check_content_type(candidate):
    folds(candidate, "Content-Type", ["multipart/mixed", "charset=utf-8", 'boundary="a b"'], "; ", "\t")


def check_results(candidate):
    folds(candidate, "Authentication-Results", ["mx.example", "spf=pass", "dkim=none", "x=y"], "; ", " " * 8)


def check_languages(candidate):
    folds(candidate, "Accept-Language", ["de", "en-GB;q=0.8", "fr;q=0.5", "la"], ", ", " ")
