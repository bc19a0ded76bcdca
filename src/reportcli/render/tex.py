"""Text as LaTeX takes it: nothing that an entry says is a command, and its letters are in ASCII where TeX has them."""

import re
import unicodedata

from reportcli.render.value import escape_controls

# BibTeX counts braces also after a backslash, hence their names.
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", **{char: f"\\{char}" for char in "&%$#_"},
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip
_LETTERS = {
    "ß": r"{\ss}", "æ": r"{\ae}", "Æ": r"{\AE}", "œ": r"{\oe}", "Œ": r"{\OE}", "ø": r"{\o}", "Ø": r"{\O}",
    "ł": r"{\l}", "Ł": r"{\L}", "ı": r"{\i}",
}  # fmt: skip
_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328",
                    "`'^~=u.\"rHvdck", strict=True))  # fmt: skip
_SIGNS = {
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "\xa0": "~", "…": r"\ldots{}", "§": r"\S{}",
    "·": r"\textperiodcentered{}", "•": r"\textbullet{}", "°": r"\textdegree{}", "×": r"$\times$", "±": r"$\pm$",
    "−": "$-$", "≈": r"$\approx$", "≤": r"$\leq$", "≥": r"$\geq$", "→": r"$\rightarrow$", "√": r"$\surd$",
    "∞": r"$\infty$", "‖": r"$\|$", "µ": r"$\mu$",
}  # fmt: skip
_GREEK = dict(zip(
    "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho varsigma sigma tau upsilon "  # noqa: SIM905
    "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(),
    strict=True,
))  # fmt: skip
_KNOWN = _SPECIAL | _LETTERS | _SIGNS | {char: f"$\\{name}$" for char, name in _GREEK.items()}
_RAISED = {"<super>": "textsuperscript", "<sub>": "textsubscript"}

# Mathematics as titles have it ($\pi_0$, $O(n^2)$): letters, digits, signs, and commands that only draw.
_COMMANDS = (
    *_GREEK.values(), "epsilon", "phi", "times", "cdot", "pm", "to", "infty", "ell", "star", "sim", "approx", "leq",
    "geq",
)  # fmt: skip
_COMMAND = rf"\\(?:{'|'.join(_COMMANDS)})(?![A-Za-z])"
_GROUP = rf"\{{(?:{_COMMAND}|[A-Za-z0-9 .,+*/=()-])*\}}"
_ATOM = rf"(?:{_COMMAND}|\\(?:mathrm|mathbf|mathcal|sqrt){_GROUP}|{_GROUP}|[A-Za-z0-9])"
_SCRIPT = rf"(?:_{_ATOM}(?:\^{_ATOM})?|\^{_ATOM}(?:_{_ATOM})?)"
_IS_MATH = r"(?=[^$]*[\\^_]|[A-Za-z]\$)"  # and no price
_MATH = re.compile(rf"\${_IS_MATH}(?! ){_SCRIPT}?(?:{_ATOM}{_SCRIPT}?|[ .,+*/=()-])*(?<! )\$(?!\d)")


def escape(text: str) -> str:
    """Return a text in which no character means anything to TeX; mathematics between dollars stays.

    Letters and signs that TeX has no command for, such as Chinese ones, stay as they are.
    """
    text, escaped, end = escape_controls(text), "", 0
    for match in _MATH.finditer(text):
        escaped += _escape_plain(text[end : match.start()]) + match[0]
        end = match.end()
    return escaped + _escape_plain(text[end:])


def _escape_plain(text: str) -> str:
    text = re.sub(r'(?<![^\s([])"', "“", text).replace('"', "”")
    return "".join(_KNOWN.get(char) or (char if char.isascii() else _composed(char)) for char in text)


def _composed(char: str) -> str:
    """Return a letter with an accent, or a raised or lowered sign, as a command; any other as it is."""
    parts = unicodedata.decomposition(char).split()
    if len(parts) != 2:
        return char
    base, mark = parts[0], chr(int(parts[1], 16))
    if base in _RAISED:
        return f"\\{_RAISED[base]}{{{_escape_plain(mark)}}}"
    letter = "" if base.startswith("<") else chr(int(base, 16))
    return f"{{\\{_ACCENTS[mark]}{{{letter}}}}}" if mark in _ACCENTS and letter.isascii() and letter else char


def lacking(text: str) -> str:
    """Return the characters of a LaTeX text that pdfLaTeX knows only with further packages, each once."""
    return "".join(dict.fromkeys(char for char in text if not char.isascii()))
