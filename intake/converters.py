"""Parts of paths."""

from werkzeug.routing import BaseConverter


class ComplaintNumber(BaseConverter):
    """A service_request_id, whatever somebody sends as one, but not what lies below a complaint.

    Else `requests/1/feedback` would be the complaint `1/feedback` to who reads it.
    """

    part_isolating = False
    regex = r"(?!.*/(?:feedback|timeline)\.(?:json|xml)$)[^/].*?"
