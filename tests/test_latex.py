"""Tables for papers: what they say, how they are escaped, and that LaTeX takes them where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import Run
from makers import a_report, hits
from reportcli.answer.listing import Listing, parse_columns
from reportcli.library import Library
from reportcli.render.formats import write
from reportcli.report.fields import Model, Posttraining, RLRun

ODD = a_report(
    "odd",
    name=r"50% _of_ {A} & #1 ~ ^ $x \y",
    models=(Model(name="A", parameters=7_000_000_000),),
    posttraining=Posttraining(rl=(RLRun(stage="a_b", kl_coefficient=0.001),)),
    confidence={"models.parameters": "nominal; 7.3B ≈ counted"},
)


def test_a_listing_cites_its_names_and_has_its_caveats_below() -> None:
    answer = Listing(hits(ODD, a_report("plain", name="Plain")), parse_columns(["name", "params"]), chosen=True)
    text = "".join(write(answer, "latex"))
    assert text.splitlines()[2:] == [
        r"\begin{tabular}{lr}", r"\toprule", r"name & parameters \\", r"\midrule",
        r"50\% \_of\_ \textbraceleft{}A\textbraceright{} \& \#1 \textasciitilde{} \textasciicircum{} "
        r"\$x \textbackslash{}y~\citep{odd} & 7B\textsuperscript{a} \\",
        r"Plain~\citep{plain} & -- \\", r"\bottomrule", r"\end{tabular}", "", r"\par\smallskip",
        r"{\footnotesize \textsuperscript{a}~nominal; 7.3B $\approx$ counted.\par}",
    ]  # fmt: skip


def test_every_table_has_as_many_cells_as_columns(cli: Run) -> None:
    for command in ("list", "compare qwen3 r1", "count rl", "count rl --by year", "disclosure", "search GRPO"):
        text = cli(*command.split(), "-f", "latex", "-q").stdout
        [columns] = re.findall(r"\\begin\{tabular\}\{([lr]+)\}", text)
        rows = [line for line in text.splitlines() if line.endswith(r"\\")]
        assert rows
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(columns)}


def test_the_keys_are_those_of_the_bibliography(shipped: Library) -> None:
    answer = shipped.listing()
    keys = re.findall(r"\\citep\{(.+?)\}", "".join(write(answer, "latex")))
    assert keys == re.findall(r"@\w+\{(.+?),", "".join(write(answer, "bibtex")))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here")
def test_latex_takes_the_tables(tmp_path: Path, reportcli: Run) -> None:
    tables = [reportcli(*command.split(), "-f", "latex", "-q").stdout for command in (
        "list -n 20", "compare qwen3 r1 v3", "recipe r1 dapo", "count rollouts", "disclosure",
    )]  # fmt: skip
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs,natbib,url}\begin{document}"
    (tmp_path / "x.tex").write_text("\n\n".join([head, *tables, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
