"""The common forms of queries and periods reach the program as they are typed, without quotes, in every shell."""

import json
import shutil
import subprocess
import sys

import pytest

UNQUOTED = [
    "GRPO", "grpo and kl", "grpo or ppo", "not kl", "org:deepseek", "technique:rope", "tag:moe", "rl:grpo", "topic:rl",
    "kl:no", "kl:unknown", "params:100B..", "params:..10B", "tokens:10T..20T", "context:128k", "date:2025-05",
    "date:2025-01..2025-06", "license:known", "architecture.layers:60..", "flops:1e24..", "dots.llm1", "last 90 days",
    "2025-Q2", "2025-05..", "..2024", "06/18/2025", "Qwen3-32B", "-",
]  # fmt: skip


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_common_forms_need_no_quotes(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    script = "".join(f"'{sys.executable}' -c '{code}' {form}\n" for form in UNQUOTED)
    ended = subprocess.run([shell, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [form.split() for form in UNQUOTED]
    assert ended.stderr == ""
