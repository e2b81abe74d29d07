"""How a service is reached: over https, at its own host, with its key, and never elsewhere."""

import ipaddress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import urljoin, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from calc.errors import ServiceError, UsageError
from pipelines.fetch.secret import Secret
from pipelines.fetch.services.service import Part, Service
from pipelines.version import tool_version


def base_given(text: str) -> str:
    """The start of addresses that a caller gives in place of a service's own.

    Raises:
        UsageError: It is neither https nor http to this machine, or holds more than a start.
    """
    try:
        split = urlsplit(text)
        host, port = split.hostname or "", split.port
    except ValueError:
        split, host, port = urlsplit(""), "", None
    del port
    is_safe = split.scheme == "https" or (split.scheme == "http" and is_loopback(host))
    if not host or not is_safe:
        raise UsageError(
            f"{split.scheme or 'nothing'}://{host} is not asked: a key could be read on the way",
            where="--base-url",
            hint="give an address of https; http is for this machine only (http://127.0.0.1:8000)",
        )
    if split.username or split.password or split.query or split.fragment:
        raise UsageError(
            "a base address is a scheme, a host and a path, nothing else",
            where="--base-url",
            hint="leave user, query and fragment away; a key is given by --key-file",
        )
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SameHost(HTTPRedirectHandler):
    """Follows a service within its own host only: what is sent along may hold a key."""

    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """The reply to the request sent on, where it stays at the host.

        Raises:
            ServiceError: It would leave it.
        """
        here = urlsplit(req.full_url)
        there = urlsplit(urljoin(req.full_url, headers.get("Location", "")))
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            fp.close()
            raise ServiceError(
                f"{here.hostname} sends the request on to {there.scheme}://{there.hostname}: that "
                "is not followed",
                where=here.hostname or "",
                hint="where the service has moved there, say so with --base-url",
            )
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


@dataclass(frozen=True, kw_only=True)
class Line:
    """A service, where it is reached, and the key for it.

    Attributes:
        service: What is asked.
        base: The start of its addresses.
        secret: Its key.
        max_bytes: The most that is received as one reply.
    """

    service: Service
    base: str
    secret: Secret
    max_bytes: int

    @property
    def host(self) -> str:
        """The host, as told to people."""
        return urlsplit(self.base).hostname or ""

    @cached_property
    def opener(self) -> OpenerDirector:
        """What sends requests: proxies as the system says, but for this machine."""
        proxies = ProxyHandler({}) if is_loopback(self.host) else ProxyHandler()
        return build_opener(proxies, SameHost())

    def request(self, part: Part, more: dict[str, str]) -> Request:
        """The request of a part, with the key where the service wants it."""
        service, key = self.service, self.secret.reveal()
        query = ((service.key_query, key),) if key and service.key_query else ()
        headers = {
            "User-Agent": f"retorsion/{tool_version()}",
            "Accept-Encoding": "identity",
            **({service.key_header: key} if key and service.key_header else {}),
            **more,
        }
        return Request(part.url(self.base, query), headers=headers)  # noqa: S310 - base_given

    def told_url(self, part: Part) -> str:
        """The address of a part as records and people are told it: without the key."""
        return self.secret.hide(part.url(self.base))
