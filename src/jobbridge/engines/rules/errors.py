"""What is said when a rule is wrong."""

from __future__ import annotations


class RuleError(ValueError):
    """A rule, a parameter or the facts given to it are not usable.

    Attributes
    ----------
    code : str
        Stable word for the kind of mistake (``unknown_fact``, ``not_allowed``...), for programs.
    where : str
        The definition, and the condition or parameter within it, that is meant.
    message : str
        One Chinese sentence for whoever maintains the rule: it names the word at fault.
    """

    def __init__(self, code: str, where: str, message: str) -> None:
        super().__init__(f"{where}：{message}")
        self.code = code
        self.where = where
        self.message = message
