"""Security headers, on every answer of every route."""

from __future__ import annotations

from flask import Flask, Response, request

from pawsight.settings import Settings

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # WebAssembly, but no eval: ONNX Runtime Web, where somebody wants it
    "style-src": "'self'",
    "img-src": "'self' blob: data:",  # blob: the preview before the upload; data: the icons in Bootstrap's style sheet
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
REPORTS = "/csp-reports"


def policy(prefix: str = "") -> str:
    """Return the Content-Security-Policy of a server whose addresses begin with a path."""
    return "; ".join(f"{name} {value}" for name, value in {**_POLICY, "report-uri": prefix + REPORTS}.items())


def policy_of_page() -> str:
    """Return the policy for a page that carries it itself, because no server of ours sends it: what only works in a
    header is left out."""
    return "; ".join(f"{name} {value}" for name, value in _POLICY.items() if name != "frame-ancestors")


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; answers about photos are stored by no cache."""
    https_only = "max-age=31536000" + ("; includeSubDomains" if settings.hsts_subdomains else "")

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.root_path:
            response.headers["Content-Security-Policy"] = policy(request.root_path)
        if request.is_secure:  # a proxy says so where it is trusted, see `proxies`
            response.headers["Strict-Transport-Security"] = https_only
        response.headers.setdefault("Cache-Control", "no-store")
        return response
