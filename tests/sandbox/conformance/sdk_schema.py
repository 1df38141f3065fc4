"""JSON Schemas of Plaid's answers, read off the models of the installed plaid-python.

The SDK checks types while it parses, but not enums (its `check_allowed_values` does nothing), and it takes a date-time
without a zone. These schemas are built from the same models and enforce both, so an answer that fits here is one that
the later of Plaid's two schemas allows.
"""

import inspect
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from plaid.model_utils import ModelComposed, ModelSimple, OpenApiModel

Schema = dict[str, Any]
Model = type[OpenApiModel]

NULL: Schema = {"type": "null"}
PRIMITIVES: dict[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    dict: {"type": "object"},
    list: {"type": "array"},
    type(None): NULL,
}


def schema_of(model: Model) -> Schema:
    """The JSON Schema of a model: a reference into `$defs`, which holds every model reachable from it by class name.

    Raises TypeError for a construction of the generator that this builder does not know: better loud than lenient.
    """
    definitions: dict[str, Schema] = {}
    _define(model, definitions)
    return {"$ref": f"#/$defs/{model.__name__}", "$defs": definitions}


def _define(model: Model, definitions: dict[str, Schema]) -> None:
    if model.__name__ in definitions:
        return
    definitions[model.__name__] = {}  # reserved first: models may refer to themselves
    if model.discriminator is not None:
        raise TypeError(f"{model.__name__} has a discriminator")
    schema = _body(model, definitions)
    definitions[model.__name__] = {"anyOf": [schema, dict(NULL)]} if model._nullable else schema


def _body(model: Model, definitions: dict[str, Schema]) -> Schema:
    if issubclass(model, ModelSimple):
        return _typed(model.openapi_types["value"], _values(model, "value"), definitions)
    if issubclass(model, ModelComposed) and len(_parts(model)) == 1:
        return _one(_parts(model)[0], None, definitions)  # another model made nullable
    return _object(model, definitions)


def _object(model: Model, definitions: dict[str, Schema]) -> Schema:
    properties = {
        model.attribute_map[attribute]: _typed(types, _values(model, attribute), definitions)
        for attribute, types in model.openapi_types.items()
    }
    required = sorted(model.attribute_map[attribute] for attribute in _required(model))
    others = model.additional_properties_type
    anything = all(kind in others for kind in PRIMITIVES)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": True if anything else _typed(others, None, definitions),
    }


def _required(model: Model) -> set[str]:
    """The attributes without which the SDK refuses to build the model: the named arguments of its constructor."""
    if not issubclass(model, ModelComposed):
        named = inspect.signature(model._from_openapi_data).parameters.values()
        return {one.name for one in named if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return {attribute for part in _parts(model) for attribute in _required(part)}


def _parts(model: Model) -> list[Model]:
    composed = model._composed_schemas
    if composed["anyOf"] or composed["oneOf"]:
        raise TypeError(f"{model.__name__} is a choice between models")
    return list(composed["allOf"])


def _values(model: Model, attribute: str) -> list[str] | None:
    values = model.allowed_values.get((attribute,))
    return None if values is None else [value for value in values.values() if value is not None]


def _typed(types: Iterable[Any], values: list[str] | None, definitions: dict[str, Schema]) -> Schema:
    """The schema of an attribute. `types` is the generator's notation: classes and `[item types]`."""
    options = [_one(kind, values, definitions) for kind in types]
    return options[0] if len(options) == 1 else {"anyOf": options}


def _one(kind: Any, values: list[str] | None, definitions: dict[str, Schema]) -> Schema:
    if isinstance(kind, list):
        return {"type": "array", "items": _typed(kind, values, definitions)}
    if issubclass(kind, OpenApiModel):
        _define(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if kind is str and values is not None:
        return {"type": "string", "enum": values}
    return dict(PRIMITIVES[kind])
