"""Words that stand for what another sentence named: such a sentence says nothing when it stands alone."""

from tools.offline.words import Words


def points_out(text: str, words: Words) -> bool:
    """Whether a pronoun or an adverb has nothing before it to stand for: "81 percent of them", "assembly there"."""
    if words.points_out.match(text):
        return True
    needs = ((words.of_several, words.several), (words.of_a_place, words.a_place))
    return any(
        (found := stands_for.search(text)) and not named.search(text, 0, found.start())
        for stands_for, named in needs
    )
