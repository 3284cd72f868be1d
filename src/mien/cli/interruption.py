"""Ctrl-C that arrives inside an import: compiled modules turn it into an ImportError."""

_DEEPEST = 20


def is_interruption(error: BaseException) -> bool:
    """Whether an error stands for Ctrl-C: it is one, or one of its causes is.

    >>> is_interruption(ValueError("no"))
    False
    >>> try:
    ...     try:
    ...         raise KeyboardInterrupt
    ...     except KeyboardInterrupt as stop:
    ...         raise ImportError("initialization failed") from stop
    ... except ImportError as error:
    ...     print(is_interruption(error))
    True
    """
    link: BaseException | None = error
    for _ in range(_DEEPEST):
        if link is None or isinstance(link, KeyboardInterrupt):
            break
        link = link.__cause__ or link.__context__
    return isinstance(link, KeyboardInterrupt)
