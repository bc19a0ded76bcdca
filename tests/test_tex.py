"""Text as LaTeX takes it: what is escaped, which letters become commands, and which mathematics stays."""

import pytest

from reportcli.render.tex import escape, lacking


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (r"50% of $5 & #1_a", r"50\% of \$5 \& \#1\_a"),
        ("Ö. Ünal, Łukasz, ç, ß", r"{\"{O}}. {\"{U}}nal, {\L}ukasz, {\c{c}}, {\ss}"),
        ('"quoted" ("twice")', "``quoted'' (``twice'')"),
        ("1–2 × 3 ≤ µ, §4", r"1--2 $\times$ 3 $\leq$ $\mu$, \S{}4"),
        ("π and Ω", r"$\pi$ and $\Omega$"),
        ("x², H₂O, Aᵀ", r"x\textsuperscript{2}, H\textsubscript{2}O, A\textsuperscript{T}"),
        ("a<b|c", r"a\textless{}b\textbar{}c"),
        ("书生", "书生"),
    ],
)
def test_text_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    "title",
    [
        r"$\pi_0$: A Vision",
        r"$\pi_{0.5}$",
        r"$\tau^2$-Bench",
        "in $O(n^2)$",
        "$k$",
        "Re$^3$",
        r"$\mathrm{R}_1^2$",
    ],
)
def test_mathematics_stays(title: str) -> None:
    assert escape(title) == title


@pytest.mark.parametrize(
    "text",
    [r"$5 and $10", "$5M-$10M", r"$\input{x}$", r"$\write18{ls}$", r"$x^2^3$", r"$x_{a$", "US$5/US$10", r"$\pix_0$"],
)
def test_prices_and_commands_are_no_mathematics(text: str) -> None:
    assert "$" not in escape(text).replace(r"\$", "")


def test_what_pdflatex_lacks_is_known() -> None:
    assert lacking(escape("Ö 书 × 生 书")) == "书生"
