"""Tables for papers: what they say, how they are laid out, and that LaTeX takes them where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Run
from latex_reader import read_table
from makers import a_report, hits
from makers import write as write_entry
from reportcli.answer.listing import Listing, parse_columns
from reportcli.render import latex_table
from reportcli.render.formats import write
from reportcli.render.latex_table import Column
from reportcli.report.fields import Model, Posttraining, RLRun
from samples import text

ODD = a_report(
    "odd",
    name=r"50% _of_ {A} & #1 ~ ^ $x \y",
    models=(Model(name="A", parameters=7_000_000_000),),
    posttraining=Posttraining(rl=(RLRun(stage="a_b", kl_coefficient=0.001),)),
    confidence={"models.parameters": "nominal; 7.3B ≈ counted"},
    sources={"models": "arXiv:2506.00001 §2", "models.parameters": "arXiv:2506.00001 Table 1; a/b README"},
)
COMMANDS = (
    "list", "list -n 3 -c name,organizations,params,license", "search GRPO", "filter 2025-05", "list -c params,date",
    "compare qwen3 r1", "compare qwen3 r1 v3 -c params,tokens,layers", "count rl", "count params",
    "count rl --by year", "disclosure", "disclosure --by year", "search nothing-at-all",
)  # fmt: skip
SHIPPED = ("recipe r1 dapo", "recipe --where rl:grpo -n 9", "compare dapo r1 v3")
RECIPES = ("recipe two one", "recipe --where rl:grpo", "recipe -c lr,kl_coefficient,stage", "compare two one")
TWO_RUNS = """
undisclosed = ["posttraining.rl.steps"]
[posttraining]
rl_family = ["grpo"]
[[posttraining.rl]]
stage = "math [a]"
kl_coefficient = 0
learning_rate = 2.5e-6
[[posttraining.rl]]
rollouts = 16
[sources]
"posttraining.rl" = "arXiv:2506.00001 §3.2"
[confidence]
"posttraining.rl" = "as the code has it"
"posttraining.rl.rollouts" = "8 in Table 2"
"""
ONE_RUN = '[posttraining]\nrl_family = ["grpo"]\n[[posttraining.rl]]\nsteps = 900\nmodel = "One-7B"\n'


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A catalogue with two runs of one report, and one of another."""
    write_entry(tmp_path, "two", "Two", TWO_RUNS, date="2025-03-01")
    write_entry(tmp_path, "one", "One", ONE_RUN)
    return tmp_path


def test_a_listing_cites_its_names_and_has_caveats_and_sources_below() -> None:
    answer = Listing(hits(ODD, a_report("plain", name="Plain")), parse_columns(["name", "params"]), chosen=True)
    assert text(answer, "latex").splitlines() == [
        r"% \usepackage{booktabs,natbib}", r"% the entries of \citep: -f bibtex",
        "% the table without the notes below it: --plain", r"\noindent",
        r"\begin{tabular}{@{}lr@{}}", r"\toprule", r"Name & Parameters \\", r"\midrule",
        r"50\% \_of\_ \textbraceleft{}A\textbraceright{} \& \#1 \textasciitilde{} \textasciicircum{} "
        r"\$x \textbackslash{}y \citep{odd} & 7B\rlap{\textsuperscript{a}} \\",
        r"Plain \citep{plain} & -- \\", r"\bottomrule", r"\end{tabular}", "",
        r"\par\smallskip{\footnotesize\raggedright",
        r"\textsuperscript{a}~nominal; 7.3B $\approx$ counted.\par}", "", r"\par\smallskip{\footnotesize\raggedright",
        r"\emph{Sources.}",
        r"50\% \_of\_ \textbraceleft{}A\textbraceright{} \& \#1 \textasciitilde{} \textasciicircum{} \$x "
        r"\textbackslash{}y: arXiv:2506.00001 Table 1; a/\allowbreak{}b README.\par}",
    ]  # fmt: skip


def test_a_plain_table_has_no_notes(cli: Run, runs: Path) -> None:
    written = cli("recipe", "two", "one", "-f", "latex", "--plain", "--catalog", str(runs)).stdout
    assert read_table(written).notes == ""
    assert "textsuperscript" not in written
    assert "\n% n.d.: the report was read for it and does not state it; --: not recorded.\n\\noindent\n" in written
    listed = cli("list", "-n", "3", "-f", "latex", "--plain").stdout
    assert read_table(listed).notes == ""
    assert "--plain" not in listed


def test_the_type_is_smaller_where_that_leaves_rows_short() -> None:
    name, figures = Column("Name"), [Column("Parameters", True)] * 9
    row = ["Some Model with a Rather Long Name", *["1.04T"] * 9]
    for count, size in ((2, "\\noindent\n"), (4, "{\\small\\setlength"), (9, "{\\footnotesize\\setlength")):
        written = latex_table.table([name, *figures[:count]], [row[: count + 1]])
        assert f"\n{size}" in written, count
        assert ("wider than a line" in written) == (count == 9)


def test_a_citation_is_as_wide_as_its_authors() -> None:
    rows = [["A \\citep{a}", "1"]]
    assert "{@{}lr@{}}" in latex_table.table([Column("Name"), Column("x", True)], rows, cited={"a": "(Someone, 2025)"})
    assert "\\linewidth}r@{}}" in latex_table.table(
        [Column("Name"), Column("x", True)], rows, cited={"a": f"(University of {'Somewhere ' * 6}, 2025)"}
    )


def test_every_table_is_whole(cli: Run, runs: Path) -> None:
    for command in COMMANDS:
        assert read_table(cli(*command.split(), "-f", "latex", "-q").stdout).alignment, command
    for command in RECIPES:
        assert read_table(cli(*command.split(), "-f", "latex", "-q", "--catalog", str(runs)).stdout).alignment, command


def test_figures_are_aligned_to_the_right_and_long_texts_are_broken(cli: Run) -> None:
    for command, alignment in (
        ("list -n 3 -c name,params,tokens", "lrr"), ("list -n 3 -c name,params,tokens,summary", "prrp"),
        ("compare qwen3 r1 -c params,type,tokens", "lrlr"),
        ("list -n 3 -c name,tokens_per_active_parameter,params,layers,vocab,context", "pqrrrr"),
        ("count rl --by year", "lrrr"), ("disclosure", "lrrr"),
    ):  # fmt: skip
        assert read_table(cli(*command.split(), "-f", "latex", "-q").stdout).alignment == alignment, command


def test_runs_of_named_reports_are_columns_below_the_name_of_their_report(cli: Run, runs: Path) -> None:
    written = cli("recipe", "two", "one", "-f", "latex", "--catalog", str(runs)).stdout
    assert "\\cmidrule(lr){2-3}\n" in written
    assert read_table(written)[:2] == (
        "llll",
        [
            ["", r"\multicolumn{2}{l}{Two \citep{two}\textsuperscript{a}}", r"One \citep{one}"],
            ["", "Math [a]", "Run 2", "RL"],
            ["RL model", "--", "--", "One-7B"],
            ["KL coefficient", "0", "--", "--"],
            ["RL learning rate", r"$2.5\times10^{-6}$", "--", "--"],
            ["Rollouts per prompt", "--", r"16\textsuperscript{b}", "--"],
            ["Steps", "n.d.", "n.d.", "900"],
        ],
    )
    assert "n.d.: the report was read for it" in written
    assert "Two: arXiv:2506.00001 \\S{}3.2." in written


def test_other_runs_are_rows_with_the_name_of_their_report_once(cli: Run, runs: Path) -> None:
    table = read_table(cli("recipe", "-f", "latex", "-c", "stage,lr,rollouts", "--catalog", str(runs)).stdout)
    assert table[:2] == (
        "llrr",
        [
            ["Report", "Stage", "LR", "Rollouts"],
            [r"Two \citep{two}\textsuperscript{a}", "math [a]", r"$2.5\times10^{-6}$", "--"],
            ["", "run 2", "--", r"16\rlap{\textsuperscript{b}}"],
            [r"One \citep{one}", "RL", "--", "--"],
        ],
    )


def test_a_matrix_has_a_column_for_each_period_and_the_total(cli: Run) -> None:
    table = read_table(cli("count", "kl", "--by", "year", "-f", "latex").stdout)
    assert table.rows[0] == ["KL penalty", "2024", "2025", "Total"]
    assert all(int(row[-1]) == sum(map(int, row[1:-1])) for row in table.rows[1:])


def test_a_long_table_goes_on_over_pages_with_its_head_on_each(cli: Run) -> None:
    whole, few = (cli("list", *limit, "-f", "latex").stdout for limit in ((), ("-n", "5")))
    assert r"\begin{longtable}" in whole
    assert r"\endhead" in whole
    assert "longtable" not in few


def test_the_keys_are_those_of_the_bibliography(cli: Run, runs: Path) -> None:
    for command in (["list"], ["compare", "qwen3", "r1"]):
        cited = re.findall(r"\\citep\{(.+?)\}", cli(*command, "-f", "latex").stdout)
        assert cited == re.findall(r"@\w+\{(.+?),", cli(*command, "-f", "bibtex").stdout), command
    assert re.findall(r"@\w+\{(.+?),", cli("recipe", "-f", "bibtex", "--catalog", str(runs)).stdout) == ["two", "one"]


def test_a_letter_that_pdflatex_lacks_is_kept_and_said() -> None:
    answer = Listing(hits(a_report("a", name="书生 Ö")), parse_columns(["name"]), chosen=True)
    written = text(answer, "latex")
    assert "% for XeLaTeX or LuaLaTeX, with a font that has 书生\n" in written
    assert '书生 {\\"{O}} \\citep{a}' in written


@given(st.text(), st.text(), st.text())
def test_no_text_of_an_entry_is_a_command(name: str, caveat: str, source: str) -> None:
    report = a_report("a", name=name, license=caveat, confidence={"license": caveat}, sources={"license": source})
    answer = Listing(hits(report), parse_columns(["license", "name", "organizations"]), chosen=True)
    assert len(read_table("".join(write(answer, "latex"))).rows) == 2


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("pdflatex") and shutil.which("bibtex")), reason="no LaTeX here")
def test_latex_finds_room_for_the_tables_and_bibtex_takes_the_entries(tmp_path: Path, reportcli: Run) -> None:
    tables = [reportcli(*command.split(), "-f", "latex", "-q").stdout for command in (*COMMANDS, *SHIPPED)]
    tables = [f"{{\\hfuzz=\\maxdimen\n{each}}}" if "% wider than a line" in each else each for each in tables]
    head = r"\documentclass{article}\usepackage{array,booktabs,longtable,natbib,url}\begin{document}"
    end = r"\bibliographystyle{plainnat}\bibliography{x}\end{document}"
    (tmp_path / "x.tex").write_text("\n\n".join([head, *tables, end]), encoding="utf-8")
    (tmp_path / "x.bib").write_text(reportcli("list", "-f", "bibtex", "-q").stdout, encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    for command in (latex, ["bibtex", "x"], latex, latex):
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
    log = (tmp_path / "x.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log
    assert "Overfull" not in log
    assert "Warning--" not in (tmp_path / "x.blg").read_text(encoding="utf-8")
