"""The tables. Ids of facets are small integers, so that a measure is a GROUP BY over integers.

Those of city layers, accountability and evaluations stand with what they are about.
"""

from data.schema.attachments import complaint_photos, photos, posted_updates, update_authors
from data.schema.base import metadata
from data.schema.city import app_usage, districts, services, settings, units, working_calendars
from data.schema.clients import (
    api_key_uses,
    api_keys,
    channels,
    idempotency_keys,
    pull_sources,
    rate_buckets,
    refusals,
    source_owners,
)
from data.schema.complaints import (
    FACT_COLUMNS,
    SPELL_COLUMNS,
    complaint_details,
    complaints,
    events,
    spells,
)
from data.schema.past import past_complaints, past_spells, snapshots

__all__ = [
    "FACT_COLUMNS",
    "SPELL_COLUMNS",
    "api_key_uses",
    "api_keys",
    "app_usage",
    "channels",
    "complaint_details",
    "complaint_photos",
    "complaints",
    "districts",
    "events",
    "idempotency_keys",
    "metadata",
    "past_complaints",
    "past_spells",
    "photos",
    "posted_updates",
    "pull_sources",
    "rate_buckets",
    "refusals",
    "services",
    "settings",
    "snapshots",
    "source_owners",
    "spells",
    "units",
    "update_authors",
    "working_calendars",
]
