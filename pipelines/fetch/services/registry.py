"""All services that can be asked."""

from calc.errors import UsageError, did_you_mean
from pipelines.fetch.services.census import CENSUS
from pipelines.fetch.services.comtrade import COMTRADE
from pipelines.fetch.services.files import COMEXSTAT, COMEXT
from pipelines.fetch.services.service import Service
from pipelines.fetch.services.wits import WITS

SERVICES: dict[str, Service] = {
    service.name: service for service in (CENSUS, COMTRADE, WITS, COMEXSTAT, COMEXT)
}


def service_named(name: str) -> Service:
    """The service of a name.

    Raises:
        UsageError: There is none.
    """
    if name in SERVICES:
        return SERVICES[name]
    raise UsageError(
        f"{name!r} is not a service that can be asked",
        where="SERVICE",
        hint=did_you_mean(name, SERVICES),
    )
