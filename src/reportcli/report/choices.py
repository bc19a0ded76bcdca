"""The closed lists of values, and the forms of ids, numbers on arXiv, versions and addresses."""

TAGS = (
    "language-model", "vision-language", "multimodal", "audio", "image-generation", "embedding", "reward-model",
    "reasoning", "math", "code", "moe", "small-model", "long-context", "data", "post-training",
    "open-weights", "fully-open", "closed",
)  # fmt: skip
TYPES = ("dense", "moe", "diffusion", "other")
TOPICS = (
    "release", "architecture", "data", "pretraining", "posttraining", "rl", "rewards", "distillation",
    "infrastructure", "evaluation", "insight", "safety",
)  # fmt: skip
RL_FAMILIES = (
    "grpo",
    "ppo",
    "rloo",
    "cispo",
    "c3po",
    "dapo",
    "vapo",
    "gspo",
    "sapo",
    "mis-po",
    "mirror-descent",
    "other",
)  # fmt: skip
LAYER_KINDS = ("full", "window", "latent", "linear", "none")
ORIGINS = ("list", "report")
ID_PATTERN = r"^(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[a-z0-9][a-z0-9.-]*$"  # no file that Windows reserves
ID_ADVICE = "use lower-case letters, digits, . and -, and no name that Windows reserves (con, nul …)"
ARXIV_PATTERN = r"^[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}$"
VERSION_PATTERN = "^v[1-9][0-9]*$"
CLASS_PATTERN = r"^[a-z]+(-[a-z]+)*(\.[A-Za-z]+(-[a-z]+)*)?$"
ADDRESS_PATTERN = r"^https?://[^\s/]\S*$"


def is_web_address(text: str) -> bool:
    """Return whether a text is a web address that is safe to show as a link: http or https, without odd characters."""
    return text.startswith(("https://", "http://")) and text.isascii() and not set(text) & _UNSAFE_CHARS


_UNSAFE_CHARS = frozenset('"<>\\^`{|} \x7f').union(map(chr, range(32)))
