"""Every component id that two places share. The scripts in assets/ use the same words."""

# shell
PAGE = "page"
LOCATION = "location"  # the only one
CONTENT = "content"
QUERY = "query"  # Store: the filter as a URL query string
VIEW = "view"  # Store: {measure, level, compare, layers}
LIVE = "live"  # Store: {seq} at every change
LIVE_SLOW = "live-slow"  # Store: {seq}, at most every five seconds
SCALE = "scale"  # Store: 2 on a wall
THEME = "theme"  # Store: 'dark' | 'light'
SENTENCE = "sentence"
SHOWN = "shown"  # Store: the path of the page in the content
RETURNED = "returned"  # Store: set when the server is reached again after an outage
NOTICE = "notice"  # Store: {words, at}; the script that says it writes #notice-line

# controls of the filter
PERIOD = "filter-period"
START = "filter-start"
END = "filter-end"
SERVICES = "filter-services"
GROUPS = "filter-groups"
STATUSES = "filter-statuses"
CHANNELS = "filter-channels"
UNITS = "filter-units"
DISTRICTS = "filter-districts"
OVERDUE = "filter-overdue"
TEXT = "filter-text"
AS_OF = "filter-as-of"  # Store: [instant, newest event known then or null], only set by the URL
PLACES = "filter-places"  # Store: conditions on layers and areas, as the URL writes them
LAYER_CHOICES = "layer-choices"  # Store: the layers one can choose from

# controls of the view
MEASURE = "view-measure"
LEVEL = "view-level"
COMPARE = "view-compare"
SECOND = "view-second"
AREAS = "view-areas"
LAYERS = "view-layers"

# map page
MAP = "map"
DISTRICT_LAYER = "district-layer"
OUTLINE_LAYER = "outline-layer"
DISTRICT_VALUES = "district-values"
POINT_LAYER = "point-layer"
LEGEND = "legend"
UNMAPPED = "unmapped"
FIGURES = "figures"
SERIES = "series"
SERIES_TABLE = "series-table"
SERVICE_BARS = "service-bars"
NEWEST = "newest"
MOST_REPORTED = "most-reported"
REPEAT_PLACES = "repeat-places"
SCATTER = "scatter"
SCATTER_NOTE = "scatter-note"
NEAR_FAR = "near-far"
NEAR_FAR_BASIS = "near-far-basis"
CHOSEN = "chosen-complaint"  # Store: id of the point clicked
CARD = "complaint-card"

# saved views
VIEW_LIST = "view-list"
VIEWS_LINK = "views-link"
VIEWS_BADGE = "views-badge"
VIEWS_CLOCK = "views-clock"  # Interval: on every page
VIEWS_CHANGED = "views-changed"  # Store: set by the script that saved or changed one

# channels
CHANNEL_LINK = "channels-link"
CHANNEL_BADGE = "channels-badge"
CHANNEL_CLOCK = "channels-clock"  # Interval: on every page
CHANNELS_LOOK = "channels-look"  # Interval: on the page of all channels
CHANNELS_STAMP = "channels-stamp"  # Store: the stamp of what is shown
CHANNEL_LOOK = "channel-look"  # Interval: on a channel's own page
CHANNEL_STAMP = "channel-stamp"  # Store: the same
CHANNEL_SHOWN = "channel-shown"  # Store: the channel's code
CHANNEL_LIST = "channel-list"
CHANNEL_HEAD = "channel-head"
CHANNEL_FACTS = "channel-facts"
CHANNEL_DAYS = "channel-days"
CHANNEL_DAY_TABLE = "channel-day-table"
CHANNEL_REFUSALS = "channel-refusals"
CHANNEL_KEYS = "channel-keys"

# layers
LAYERS_LOOK = "layers-look"  # Interval: on the page of all layers
LAYERS_STAMP = "layers-stamp"  # Store: the stamp of what is shown
LAYERS_CHANGED = "layers-changed"  # Store: set by the scripts when they changed something
LAYER_LIST = "layer-list"
LAYERS_REMOVED = "layers-removed"
LAYER_DROP = "layer-drop"
LAYER_PREVIEW = "layer-preview"
LAYER_SHOWN = "layer-shown"  # Store: the layer's code
LAYER_LOOK = "layer-look-again"  # Interval: on a layer's own page
LAYER_STAMP = "layer-stamp"  # Store: the stamp of what is shown
LAYER_DRAWN = "layer-drawn"  # Store: {extent, stamp} of what the page's map shows
LAYER_HEAD = "layer-head"
LAYER_FACTS = "layer-facts"
LAYER_ABOUT = "layer-about-form"
LAYER_STYLE = "layer-style-form"
LAYER_FIELDS = "layer-fields"
LAYER_VERSIONS = "layer-versions"

# KPI page
KPI_ABOUT = "kpi-about"
KPI_LOOK = "kpi-look"  # Interval
KPI_SURVIVAL = "kpi-survival-chart"
KPI_MONTHS = "kpi-months-chart"


def kpi(name: str) -> str:
    """Where a part of the KPI page is drawn."""
    return f"kpi-{name}"


def kpi_panel(name: str) -> str:
    """The whole part, with its title."""
    return f"kpi-panel-{name}"


# evaluations
REPORT_LIST = "report-list"
REPORTS_STAMP = "reports-stamp"  # Store: the stamp of what is shown
REPORTS_LOOK = "reports-look"  # Interval: on the page of all editions
REPORTS_CHANGED = "reports-changed"  # Store: set by the script that sent an objection
REPORT_SHOWN = "report-shown"  # Store: the edition's id
REPORT_STAMP = "report-stamp"  # Store: the stamps of its figures and of its month
REPORT_LOOK = "report-look"  # Interval: on an edition's own page
REPORT_HEAD = "report-head"
REPORT_SUMMARY = "report-summary-drawn"
REPORT_UNITS = "report-units-drawn"
REPORT_FLAGS = "report-flags-drawn"
REPORT_FAIRNESS = "report-fairness-drawn"
REPORT_METHOD = "report-method-drawn"
REPORT_FILES = "report-files-drawn"
REPORT_OBJECTIONS = "report-objections-drawn"
REPORT_FORM = "report-form"
REPORT_PAIR = "report-pair"  # Store: the ids of the two that are compared
REPORT_CHANGES = "report-changes"


def parts(place: str) -> str:
    """The Store of what a script draws into an element; see components/drawn.py."""
    return f"{place}-parts"
