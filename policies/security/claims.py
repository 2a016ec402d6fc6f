"""Claims about many things that may be wrong with one place."""

from collections.abc import Iterable, Iterator

from policies.engine import Claim, Truth, any_of, forbid


def none_of(wrongs: Iterable[tuple[Truth, str]], otherwise: str) -> Iterator[Claim]:
    """Forbid each thing that happens with a sentence of its own, and all that nobody can tell yet with one.

    Args:
        wrongs: What must not happen, and the sentence for where it does.
        otherwise: The sentence for where it is not known.
    """
    open_questions: list[Truth] = []
    for happens, sentence in wrongs:
        if happens.state is True:
            yield forbid(happens, sentence)
        elif happens.state is None:
            open_questions.append(happens)
    if open_questions:
        yield forbid(any_of(open_questions), otherwise)
