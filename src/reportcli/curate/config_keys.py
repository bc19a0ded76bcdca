"""The keys of a model's configuration: numbers as configurations write them, and keys that are not known."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

_NESTED = ("text_config", "llm_config", "language_config", "thinker_config")  # of models that take more than text
_LARGEST = 2**53  # no figure of a model is as large
_MANY = 20  # names of keys that are shown
_LONGEST = 60  # characters of a name or value that are looked at and shown
_SAYS_NOTHING = re.compile(  # about sizes and caches: numerics, training, tokens, encoders, generating text, prediction
    r"_.*|architectures|auto_map|model_type|(.*_)?version|(.*_)?dtype|quantization.*|.*ignore.*|is_(en)?decoder|tie_.*"
    r"|(.*_)?(dropout|bias|epsilon|eps|softcapping|multiplier|limit|loss|noise|act|activation|alpha|beta)(_.*)?"
    r"|(.*_)?(initializer|(layer|rms|qk)?norm|gate|router|scoring|penalty|processor|labels?|beams?)(_.*)?"
    r"|(.*_)?(image|img|vision|video|audio|projector|placeholder)s?(_.*)?|(.*_)?tokens?_(ids?|index|per_image)"
    r"|attention_value_scale|query_pre_attn_scalar|routed_scaling_factor|n_group|topk_.*|num_expert_group|seq_aux"
    r"|moe_renormalize|use_grouped_topk|ep_size|pretraining_tp|residual_in_fp32|rescale_prenorm_residual|use_cache"
    r"|(.*_)?mtp(_.*)?|num_nextn_predict_layers|num_logits_to_keep|attn_res_.*|index(er)?_.*|mla_use_output_gate"
    r"|rope_scaling|(.*_)?rope_interleave|no_rope_.*|rotary_dim|partial_rotary_factor|use_mrope|initial_context_length"
    r"|rope_local_base_freq|(swa|compress)_rope_theta|original_max_.*|q_lora_rank|qk_(nope_)?head_dim"
    r"|(min|max)_length|length_penalty|temperature|top_[kp]|typical_p|do_sample|early_stopping|(.*_)?no_repeat_.*"
    r"|(output|return|remove|finetuning|task|tokenizer|tf|bad|begin|suppress|forced|exponential|diversity)_.*"
    r"|num_return_sequences|(add_)?cross_attention(_hidden_size)?|use_bidirectional_attention|decoder_start_token_id"
    r"|pruned_heads|problem_type|prefix|torchscript|use_bfloat16|cache_implementation|chunk_size_feed_forward"
    r"|language_model_only|id2label|label2id|(.*_)?pdrop|attn_implementation|use_flash_attn|(.*_)?softmax_in_fp32"
)


class Fact(NamedTuple):
    """A figure that follows from a configuration, and the keys that it follows from."""

    value: Any
    keys: tuple[str, ...]
    caveat: str = ""


class NotUnderstood(Exception):
    """A key of a configuration, or its value, is none that is known; the text says which."""


class ConfigKeys:
    """The part of a configuration that describes the language model; ``known`` are the names that somebody reads."""

    def __init__(self, config: Mapping[str, Any], known: Set[str]) -> None:
        self._values, self._prefix = config, ""
        while inner := next((name for name in _NESTED if isinstance(self._values.get(name), Mapping)), None):
            self._values, self._prefix = self._values[inner], f"{self._prefix}{inner}."
        if not known & self._values.keys():  # it is described at the top after all
            self._values, self._prefix = config, ""
        self._known = known

    def value(self, name: str) -> Any:
        """Return the value of a key; None without one."""
        return self._values.get(name)

    def text(self, name: str) -> str:
        """Return the text of a key; "" where it has none."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def number(self, names: Iterable[str], least: int = 1, null: int | None = None) -> Fact | None:
        """Return the whole number that a key of these names states; None without one.

        ``null`` is what null means. Raises NotUnderstood for what is no such number, or for two that contradict.
        """
        stated = {name: self._values[name] for name in names if name in self._values}
        numbers = {name: _whole_number(value) for name, value in stated.items() if value is not None}
        for name, number in numbers.items():
            if number is None or not least <= number < _LARGEST:
                raise NotUnderstood(f"{self._prefix}{name} is {shown(stated[name])}")
        if len(set(numbers.values())) > 1:
            raise NotUnderstood(" but ".join(f"{name} is {number}" for name, number in numbers.items()))
        if not numbers:
            return None if null is None or not stated else self.fact(null, *stated)
        name, number = next(iter(numbers.items()))
        return self.fact(number, name)

    def fact(self, value: Any, *sources: Fact | str | None) -> Fact:
        """Return a figure that follows from other figures, and from keys."""
        keys: list[str] = []
        for source in sources:
            keys += source.keys if isinstance(source, Fact) else [self._prefix + source] if source else []
        return Fact(value, tuple(dict.fromkeys(keys)))

    def unknown(self, pattern: str = "") -> list[str]:
        """Return the names with a value, or those that contain a pattern, that nobody knows and that may say something.

        What is 0, false, null or empty says that there is none of it.
        """
        names = (name for name, value in self._values.items() if value and name not in self._known)
        found = (name for name in names if re.search(pattern, name[:_LONGEST]))
        return [name[:_LONGEST] for name in found if not _SAYS_NOTHING.fullmatch(name[:_LONGEST])]


def _whole_number(value: Any) -> int | None:
    """Return a value as a whole number: also 1e6, and a list that gives every layer the same; None if it is none."""
    if isinstance(value, list) and value and isinstance(value[0], int | float) and value.count(value[0]) == len(value):
        value = value[0]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def some(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    return ", ".join(names[:_MANY]) + (f" and {len(names) - _MANY:,} more" if len(names) > _MANY else "")


def shown(value: Any) -> str:
    """Return a value of a configuration in a few words."""
    if isinstance(value, list | Mapping):
        return f"a list of {len(value)}" if isinstance(value, list) else "an object"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
