"""A plain BERT read from its folder by safetensors and tokenizers alone.

Of the 7.7 processor seconds after which a model of this kind embedded its first text, importing transformers
and sentence-transformers took 5.0. What is read here has the shape that `indexer.embedding.lean_bert` and
`TorchBackend` read of a `SentenceTransformer`, and gives the same vectors; any other model is left to that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

_KINDS: Final = ("Transformer", "Pooling", "Normalize")
_POOLINGS: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


@dataclass(frozen=True, slots=True)
class _Padding:
    """What is asked of a `SentenceTransformer`'s tokenizer."""

    pad_token_id: int


class PlainBert(nn.Sequential):
    """What `indexer.embedding` asks of a `SentenceTransformer`: two modules, and how it is used."""

    def __init__(self, encoder: BertModel, pooling: str, told: Mapping[str, Any], padding: int) -> None:
        super().__init__(Transformer(encoder), Pooling(pooling))
        self._width: Final = encoder.config.hidden_size
        self.prompts: Final[Mapping[str, str]] = told.get("prompts") or {}
        self.default_prompt_name: Final[str | None] = told.get("default_prompt_name")
        self.truncate_dim: Final[int | None] = told.get("truncate_dim")
        self.max_seq_length: Final[int] = told["max_seq_length"]
        self.tokenizer: Final = _Padding(padding)

    def get_embedding_dimension(self) -> int:
        """How many numbers a vector has."""
        return min(self._width, self.truncate_dim or self._width)


class Transformer(nn.Module):
    """Token ids to a vector for each token."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.auto_model: Final = encoder

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Adds `token_embeddings`."""
        return features | {
            "token_embeddings": self.auto_model(features["input_ids"], features["attention_mask"])
        }


class Pooling(nn.Module):
    """The vectors of a text's tokens to one: their mean, or the first."""

    include_prompt: Final = True

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.pooling_mode: Final = mode

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Adds `sentence_embedding`."""
        tokens = features["token_embeddings"]
        mask = features["attention_mask"].unsqueeze(-1).to(tokens.dtype)
        mean = self.pooling_mode == "mean"
        pooled = (tokens * mask).sum(1) / mask.sum(1).clamp(min=1e-9) if mean else tokens[:, 0]
        return features | {"sentence_embedding": pooled}


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT (Devlin et al. 2019, arXiv 1810.04805), by the names of its config.json."""

    hidden_size: int
    intermediate_size: int
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    type_vocab_size: int
    vocab_size: int
    hidden_act: str = "gelu"
    position_embedding_type: str = "absolute"
    is_decoder: bool = False


class BertModel(nn.Module):
    """The encoder, its parameters under the names that they have in a model's file."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config: Final = config
        self.embeddings: Final = _embeddings(config)
        layers = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))
        self.encoder: Final = _parts(layer=layers)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Shape (texts, tokens, hidden_size)."""
        named: Any = self.embeddings
        places = torch.arange(ids.shape[1], device=ids.device)
        words = named.word_embeddings(ids) + named.token_type_embeddings.weight[0]
        states: Tensor = named.LayerNorm(words + named.position_embeddings(places))
        seen = mask[:, None, None, :].bool()
        for layer in self.encoder.get_submodule("layer").children():
            states = layer(states, seen)
        return states


class _Layer(nn.Module):
    """Attention, then two products with GELU between them; each added to what it read, and normalised."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self._heads: Final = config.num_attention_heads
        mixing = {name: nn.Linear(width, width) for name in ("query", "key", "value")}
        self.attention: Any = _parts(self=_parts(**mixing), output=_added(width, config))
        self.intermediate: Any = _parts(dense=nn.Linear(width, inner))
        self.output: Any = _added(inner, config)

    def forward(self, states: Tensor, seen: Tensor) -> Tensor:
        mixing = self.attention.get_submodule("self")
        query, key, value = (
            product(states).unflatten(-1, (self._heads, -1)).transpose(1, 2)
            for product in (mixing.query, mixing.key, mixing.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        states = _add(self.attention.output, mixed.transpose(1, 2).flatten(2), states)
        return _add(self.output, functional.gelu(self.intermediate.dense(states)), states)


def _parts(**modules: nn.Module) -> nn.Module:
    parent = nn.Module()
    for name, module in modules.items():
        parent.add_module(name, module)
    return parent


def _added(inputs: int, config: BertConfig) -> nn.Module:
    norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
    return _parts(dense=nn.Linear(inputs, config.hidden_size), LayerNorm=norm)


def _add(added: Any, inputs: Tensor, states: Tensor) -> Tensor:
    normalised: Tensor = added.LayerNorm(added.dense(inputs) + states)
    return normalised


def _embeddings(config: BertConfig) -> nn.Module:
    width = config.hidden_size

    def table(rows: int) -> nn.Embedding:  # without random numbers, which cost 2 s of imports on "meta"
        return nn.Embedding(rows, width, _weight=torch.empty(rows, width))

    return _parts(
        word_embeddings=table(config.vocab_size),
        position_embeddings=table(config.max_position_embeddings),
        token_type_embeddings=table(config.type_vocab_size),
        LayerNorm=nn.LayerNorm(width, eps=config.layer_norm_eps),
    )


def read_plain_bert(folder: Path) -> tuple[PlainBert, Tokenizer] | None:
    """The model in a sentence-transformers folder, in float32 on the CPU; None where it is no plain BERT, or
    where anything about its files is unusual: whoever loads it otherwise then says what is wrong."""
    try:
        return _read(folder)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError):
        return None
    except Exception as error:
        if type(error) is Exception:  # as tokenizers raises what is wrong with its file
            return None
        raise


def _read(folder: Path) -> tuple[PlainBert, Tokenizer] | None:
    told = _json(folder / "sentence_bert_config.json")
    config = _config(_json(folder / "config.json"))
    pooling = None if config is None else _pooling(folder, config.hidden_size)
    words = _tokenizer(folder, told["max_seq_length"])
    if config is None or pooling is None or words is None or told.get("do_lower_case"):
        return None
    if told["max_seq_length"] > config.max_position_embeddings:
        return None
    tokenizer, padding = words
    told |= _json(folder / "config_sentence_transformers.json")
    with torch.device("meta"):
        encoder = BertModel(config)
        model = PlainBert(encoder, pooling, told, padding)
    weights = load_file(folder / "model.safetensors")
    if any(weight.dtype not in (torch.float32, torch.int64) for weight in weights.values()):
        return None
    lacking, _ = encoder.load_state_dict(weights, strict=False, assign=True)
    return None if lacking else (model.eval().requires_grad_(False), tokenizer)


def _json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content


def _config(told: Mapping[str, Any]) -> BertConfig | None:
    is_plain = (
        told.get("architectures") == ["BertModel"]
        and told.get("model_type") == "bert"
        and told["hidden_act"] == "gelu"
        and told.get("position_embedding_type", "absolute") == "absolute"
        and not told.get("is_decoder")
    )
    names = BertConfig.__dataclass_fields__
    return BertConfig(**{name: told[name] for name in names if name in told}) if is_plain else None


def _pooling(folder: Path, width: int) -> str | None:
    """mean or cls of vectors of `width`, where that and a normalisation are all that follows the encoder."""
    modules: Any = json.loads((folder / "modules.json").read_bytes())
    kinds = tuple(module["type"].rpartition(".")[2] for module in modules)
    if kinds not in (_KINDS, _KINDS[:2]) or modules[0]["path"]:
        return None
    told = _json(folder / modules[1]["path"] / "config.json")
    if not told.get("include_prompt", True):
        return None
    if told.get("embedding_dimension", told.get("word_embedding_dimension")) != width:
        return None
    if "pooling_mode" in told:
        mode = told["pooling_mode"]
        return mode if mode in _POOLINGS.values() else None
    modes = [name for name, is_on in told.items() if name.startswith("pooling_mode_") and is_on]
    return _POOLINGS.get(modes[0]) if len(modes) == 1 else None


def _tokenizer(folder: Path, window: int) -> tuple[Tokenizer, int] | None:
    """The tokenizer and the id of its padding, unless what is told beside tokenizer.json would change it."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    told = _json(folder / "tokenizer_config.json")
    kept = json.loads(tokenizer.to_str())["normalizer"]
    wanted = {
        "type": "BertNormalizer",
        "lowercase": told.get("do_lower_case", True),
        "strip_accents": told.get("strip_accents"),
        "handle_chinese_chars": told.get("tokenize_chinese_chars", True),
    }
    padding = tokenizer.token_to_id(told["pad_token"])
    is_as_told = wanted.items() <= kept.items() and window <= told.get("model_max_length", window)
    return (tokenizer, padding) if is_as_told and padding is not None else None
