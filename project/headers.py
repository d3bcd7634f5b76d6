"""Headers that Django does not set by itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Nothing of the device is used; the camera of a phone is reached through an ordinary file field.
FEATURES = """
    accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope hid idle-detection
    magnetometer microphone midi payment publickey-credentials-get screen-wake-lock serial usb
    xr-spatial-tracking
"""
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES.split())


def further_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A permissions policy that grants nothing; no cache keeps a page of somebody signed in, nor a device later."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        match = request.resolver_match
        if match is not None and match.url_name == "logout" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware
