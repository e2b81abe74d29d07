"""The declared sources as told to people and as objects."""

from typing import Any

from pipelines.ingest.sources.declaration import Declaration
from pipelines.ingest.sources.registry import SOURCES, source_named

PAGE_HEAD = """# Sources of trade

Made by `python -m pipelines.ingest.sources_told > docs/sources.md` from the declarations in
`pipelines/ingest/sources/`: do not edit it. `retorsion ingest FILE` recognises a source by its
headers, whatever the file's name, says what it took the file for and why, and `--source` overrides.
Headers are compared without case, accents, blanks and punctuation.

What holds for all of them:

- A total over partners or goods is left out where something that it is a total of is beside it,
  with its dollars, and compared with the sum. Where nothing is, it stays, as partner `WLD` or code
  `TOTAL`: no measure on named goods reaches `TOTAL`.
- A partner that is no economy (bunkers, areas not specified) and a code that is no good
  (confidential, special, not specified) are left out, each with its dollars.
- Rows in, and dollars, are those kept, set aside and left out, by reason: the funnel of the record.
- Rows that are parts of one flow (by transport, customs office, entry) are added up, exactly; which
  rows were is in `<name>.parts.parquet`. A sum of quantities in several units is not known.
- A source whose codes of economies are not all known takes `--partner-codes FILE`, a CSV of `code`
  and `iso3`. Values in another currency need `--rate EUR=1.08`, dollars for one, and, where the
  source does not say so itself, `--unit EUR`.
- `retorsion fetch` downloads from some of them: [fetching](fetching.md).
"""


def objects_of(name: str | None) -> list[dict[str, Any]]:
    """The sources as objects for ``--json``; one where it is named.

    Raises:
        UsageError: There is none of the name.
    """
    return [_object(source) for source in _chosen(name)]


def told_of(name: str | None) -> list[str]:
    """The sources for people, one or all.

    Raises:
        UsageError: There is none of the name.
    """
    lines: list[str] = []
    for source in _chosen(name):
        lines += [f"{source.name}: {source.title}", f"  {_headers(source)}"]
        if name is not None:
            lines += _details(source)
    return lines if name is not None else [*lines, "one of them in full: retorsion sources NAME"]


def page() -> str:
    """The page of the sources, as Markdown: what is declared of each."""
    parts = [PAGE_HEAD]
    for source in SOURCES:
        details = "".join(f"- {line.strip()}\n" for line in _details(source))
        parts.append(f"## `{source.name}`\n\n{source.title}.\n\n```text\n{source.example}\n```\n")
        parts.append(details)
    return "\n".join(parts)


def _chosen(name: str | None) -> tuple[Declaration, ...]:
    return SOURCES if name is None else (source_named(name),)


def _headers(source: Declaration) -> str:
    return source.example.replace("\t", " <tab> ")


def _details(source: Declaration) -> list[str]:
    given = {name: text for name, text in source.given.items() if name != "unit"}
    facts = {
        "recognised by": ", ".join(source.recognised_by) or "having the headers of no other source",
        "known from": source.known_from,
        "unit": source.given.get("unit", "as the header or --unit says"),
        "basis": source.basis or "as the header or --valuation says",
        "taken for granted": ", ".join(f"{name} {text}" for name, text in given.items()),
        "encoding": source.encoding,
        "not read": source.refused,
    }
    lines = [f"  {label}: {text}" for label, text in facts.items() if text]
    return lines + [f"  note: {text}" for text in source.caveats]


def _object(source: Declaration) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "example": source.example,
        "known_from": source.known_from,
        "recognised_by": list(source.recognised_by),
        "given": dict(source.given),
        "basis": source.basis,
        "encoding": source.encoding or "utf-8",
        "refused": source.refused,
        "caveats": list(source.caveats),
    }


if __name__ == "__main__":
    print(page(), end="")
