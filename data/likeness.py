"""Whether two people wrote about the same thing, in Indonesian or English."""

import re
import unicodedata

from rapidfuzz import fuzz

# Of the pairs in tests/data/likeness_pairs.py, 55 and 60 tell all 40 of one problem from all 44 of
# two; 50 takes two of the latter for one, 65 misses what people put in other words.
ALIKE_FROM = 60
_SIGNS = re.compile(r"[\W_]+")
LONGEST = 500  # characters compared; what is said, is said by then

# Words of courtesy and grammar, which every report has and which tell no two apart.
_EMPTY = """
    di ke dari yang dan ada ini itu tolong mohon segera sudah sekali karena untuk pak bu min kak
    jalan jl jln dengan tidak sampai sejak lagi juga saja diperbaiki ditindaklanjuti ditindak
    terima kasih the a an is are in on of at and to by please my was not again after fix repair
    there this thank thanks you
"""
_EMPTY_WORDS = frozenset(_EMPTY.split())


def plain_words(text: str | None) -> str:
    """Small letters without accents or signs, words of substance only; '' where nothing is said.

    A text of nothing but empty words keeps them.
    """
    if not text:
        return ""
    text = text[:LONGEST]
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in letters if not unicodedata.combining(c))
    words = _SIGNS.sub(" ", text).casefold().split()
    return " ".join([word for word in words if word not in _EMPTY_WORDS] or words)


def are_alike(one: str, other: str) -> bool:
    """Whether two results of `plain_words` are about one thing; so is whatever says nothing.

    Compared are the words they share with the words they do not, in any order.
    """
    if not one or not other:
        return True
    return fuzz.token_set_ratio(one, other, score_cutoff=ALIKE_FROM) > 0
