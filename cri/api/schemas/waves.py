"""Waves as the API shows them. Nothing about who answered, and nothing before results are released."""

from marshmallow import Schema, fields


class WaveSchema(Schema):
    """One wave."""

    id = fields.UUID(required=True)
    label = fields.String(required=True)
    state = fields.String(
        required=True,
        metadata={"enum": ["draft", "open", "closing", "sealed", "scored", "discarded"]},
    )
    synthetic = fields.Boolean(required=True)
    practice = fields.Boolean(required=True, metadata={"description": "Its answers are thrown away"})
    instrument_code = fields.String(required=True)
    instrument_version = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
    opened_at = fields.AwareDateTime(allow_none=True, required=True)
    closes_at = fields.AwareDateTime(allow_none=True, required=True)
    closed_at = fields.AwareDateTime(allow_none=True, required=True)
