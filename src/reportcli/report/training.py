"""The fields of a training: pre-training, runs of RL, and the rest of post-training."""

from reportcli.report.choices import RL_FAMILIES
from reportcli.report.declare import OTHER_WEIGHT, Record, optional, several


class Pretraining(Record):
    """The pre-training of the flagship."""

    tokens: int | None = optional("pre-training tokens", "tokens", of_flagship=True, rank=5, example=36_000_000_000_000)
    stages: tuple[str, ...] = several("stages of pre-training", weight=OTHER_WEIGHT, example="annealing (1T tokens)")
    context_length: int | None = optional(
        "longest training sequence in tokens", of_flagship=True, context=True, example=32_768
    )
    optimizer: str | None = optional("optimizer", weight=OTHER_WEIGHT, example="AdamW")
    hardware: str | None = optional("accelerators", weight=OTHER_WEIGHT, example="2,048 H800")
    gpu_hours: int | None = optional(
        "GPU hours of the pre-training", "gpu_hours", label="GPU hours", of_flagship=True, example=2_788_000
    )
    batch_tokens: int | None = optional(
        "largest batch in tokens", label="tokens per batch", of_flagship=True, example=60_000_000
    )
    learning_rate: float | None = optional(
        "highest learning rate of pre-training", "pretraining_lr", of_flagship=True, limits=(0, 0.1), example=0.00022
    )
    schedule: str | None = optional("schedule of the learning rate", weight=OTHER_WEIGHT, example="cosine decay")
    precision: str | None = optional("precision of the training", weight=OTHER_WEIGHT, example="FP8")
    training_flops: float | None = optional(
        "FLOP of pre-training, where the report says so",
        label="training FLOPs stated",
        of_flagship=True,
        limits=(0, 1e30),
        example=3e24,
    )


class RLRun(Record):
    """A run of RL, or a stage of one."""

    stage: str | None = optional(
        "name of the run or stage", label="RL stage", compared=False, weight=OTHER_WEIGHT, example="stage 1"
    )
    model: str | None = optional(
        "model it trains, where not the flagship", label="RL model", compared=False, example="Qwen3-8B"
    )
    algorithm: str | None = optional(
        "algorithm of the run in the report's words", "algo", weight=OTHER_WEIGHT, example="GRPO"
    )
    kl_coefficient: float | None = optional(
        "weight of a run's KL penalty; 0 where the report says that this run has none",
        "kl_coef", label="KL coefficient", by_value=True, limits=(0, 1), example=0.001,
    )  # fmt: skip
    learning_rate: float | None = optional(
        "highest learning rate of RL", "learning_rate", "lr", "rl_lr", label="RL learning rate",
        by_value=True, limits=(0, 0.01), example=1e-06,
    )  # fmt: skip
    rollouts: int | None = optional(
        "responses per prompt: the size of a group",
        "group_size",
        label="rollouts per prompt",
        by_value=True,
        example=16,
    )
    prompts_per_step: int | None = optional("prompts in one step", by_value=True, example=512)
    updates_per_batch: int | None = optional("updates of the weights per batch of rollouts", by_value=True, example=1)
    clip_low: float | None = optional(
        "how far below 1 a ratio is clipped", label="clip range below", by_value=True, limits=(0, 1), example=0.2
    )
    clip_high: float | None = optional(
        "how far above 1 a ratio is clipped", label="clip range above", by_value=True, limits=(0, 10), example=0.28
    )
    temperature: float | None = optional("temperature of the rollouts", by_value=True, limits=(0, 2), example=1.0)
    top_p: float | None = optional("top-p of the rollouts", label="top-p", by_value=True, limits=(0, 1), example=1.0)
    max_response_tokens: int | None = optional(
        "longest response in tokens", "max_response", "longest", label="longest response", context=True, example=32_768
    )
    steps: int | None = optional("steps of the run", "rl_steps", example=10_000)
    prompts: int | None = optional("different training prompts", example=17_000)
    loss: str | None = optional("how the losses of tokens are averaged", weight=OTHER_WEIGHT, example="token mean")
    rewards: tuple[str, ...] = several(
        "what the run is rewarded for", label="rewards of the run", compared=False, example="accuracy"
    )


class Posttraining(Record):
    """What follows pre-training."""

    stages: tuple[str, ...] = several("stages of post-training", weight=OTHER_WEIGHT, example="long-CoT cold start")
    sft_examples: int | None = optional(
        "examples of supervised fine-tuning", "sft", label="SFT examples", example=500_000
    )
    preference_method: str | None = optional(
        "preference-optimization method, e.g. DPO", "preference", weight=OTHER_WEIGHT, example="DPO"
    )
    rl_algorithm: str | None = optional(
        "RL algorithm in the report's words", label="RL algorithm", of_rl=True, weight=OTHER_WEIGHT,
        example="GRPO (modified)",
    )  # fmt: skip
    rl_family: tuple[str, ...] = several(
        "family of the RL algorithm; dapo, gspo, cispo and other variants of grpo are families of their own",
        "rl",
        label="RL family",
        of_rl=True,
        choices=RL_FAMILIES,
        weight=OTHER_WEIGHT,
        rank=8,
    )
    kl_penalty: bool | None = optional(
        "whether RL has a KL penalty, as stated, else as its runs say; no: none of its runs has one",
        "kl", label="KL penalty", of_rl=True, seen_as="has_kl_penalty",
    )  # fmt: skip
    rewards: tuple[str, ...] = several(
        "what RL is rewarded for", "reward", "rewards", of_rl=True, weight=OTHER_WEIGHT, seen_as="all_rewards",
        example="rule-based accuracy",
    )  # fmt: skip
    teachers: tuple[str, ...] = several(
        "models whose outputs it learns from", "teacher", weight=OTHER_WEIGHT, example="DeepSeek-R1"
    )
    rl_framework: str | None = optional(
        "RL framework", label="RL framework", of_rl=True, weight=OTHER_WEIGHT, example="verl"
    )
    sft_learning_rate: float | None = optional(
        "learning rate of supervised fine-tuning", "sft_lr", label="SFT learning rate", limits=(0, 0.1), example=1e-05
    )
    sft_epochs: int | None = optional("epochs of supervised fine-tuning", label="SFT epochs", example=2)
    preference_pairs: int | None = optional("preference pairs without RL", example=150_000)
    rl: tuple[RLRun, ...] = several("the runs or stages of RL, in their order", of_rl=True)

    @property
    def has_kl_penalty(self) -> bool | None:
        """Whether RL has a KL penalty: as stated, else as the coefficients of the runs say.

        Yes if one is above 0, no if every run states 0, else unknown.
        """
        coefficients = [run.kl_coefficient for run in self.rl]
        if self.kl_penalty is not None or not coefficients:
            return self.kl_penalty
        return True if any(coefficients) else None if None in coefficients else False

    @property
    def all_rewards(self) -> tuple[str, ...]:
        """The rewards of RL as a whole and of its runs."""
        return tuple(dict.fromkeys((*self.rewards, *(reward for run in self.rl for reward in run.rewards))))
