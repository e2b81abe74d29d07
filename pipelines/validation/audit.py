"""What great-expectations makes of a table, held against what polars found.

An expectation that could not be run is an error of ours, never a failed row; so is a count on
which the two engines do not agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc import judge
from calc.errors import NotJudgedError
from calc.rules import Rule
from calc.tables.trade_rules import trade_columns
from pipelines.trade_files import scan_table
from pipelines.validation import suite
from pipelines.validation.rows import Judged
from pipelines.validation.suite import SEVERITY
from pipelines.validation.verdict import SuiteOn

ENGINE = "great-expectations"
SUITE, GROUPS_SUITE = "rows", "groups"
NOTES = {
    SUITE: (
        "Run it on the trade table, read by pandas under the option mode.string_storage python. "
        "pandas takes a number that is none (NaN) for missing, so replace such by infinity first."
    ),
    GROUPS_SUITE: "Run it on groups.parquet, which polars made, read in the same way.",
}
DETAIL = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The second engine's version, its result without clocks and random ids, and its suites.

    ``suites`` has, by name, suites as the engine writes them: they can be run without our code.
    """

    version: str
    suite_on: SuiteOn
    result: dict[str, Any]
    suites: dict[str, dict[str, Any]]


def audit(table: Path, judged: Judged, suite_on: SuiteOn, docs: Path | None = None) -> Audit:
    """The suite run on a table, agreeing with polars.

    Args:
        table: The Parquet file that polars judged.
        judged: What polars found.
        suite_on: Whether the rows themselves are judged, or the counts by rule.
        docs: Folder for the engine's own pages; None for none.

    Raises:
        NotJudgedError: An expectation could not be run, or the engines disagree on a rule.
    """
    with suite.quiet_engine():
        import great_expectations

        try:
            with suite.told_once():
                result = _run(table, judged, suite_on, docs)
            suites = _suites(judged)
        except Exception as err:  # whatever stops the engine, the table was not judged
            hint = "the table is neither valid nor invalid: try again, or report this message"
            raise NotJudgedError(f"{ENGINE} stopped: {err}", where=table.name, hint=hint) from err
    by_rule = {_rule_id(item): item for item in result}
    for rule in judged.counts.iter_rows(named=True):
        _agree(rule, by_rule.get(rule["rule_id"]), suite_on)
    ordered = [_stable(by_rule[rule.rule_id]) for rule in judged.rules]
    facts = {"judged_on": suite_on, "engine": ENGINE, "version": great_expectations.__version__}
    return Audit(
        version=great_expectations.__version__,
        suite_on=suite_on,
        result=facts | _totals(ordered) | {"results": ordered},
        suites=suites,
    )


def load() -> None:
    """Import what an audit needs, ahead of it; to be called where the engine is quiet."""
    import great_expectations.expectations  # noqa: F401
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: F401


def _suites(judged: Judged) -> dict[str, dict[str, Any]]:
    """The suites on rows and on groups, whichever was run, as the engine writes them.

    The key among the rows that stay is not in them: which rows stay is no column of the table.
    """
    import great_expectations as gx

    alone = [
        rule
        for rule in judged.rules
        if rule.is_on_groups or not rule.rule_id.endswith(judge.AMONG_KEPT)
    ]
    written = {}
    expected = {
        SUITE: suite.rows_suite(alone, trade_columns()),
        GROUPS_SUITE: suite.groups_suite(alone),
    }
    for name, expectations in expected.items():
        whole = gx.ExpectationSuite(name=name, expectations=expectations, notes=NOTES[name])
        told: Any = whole.to_json_dict()
        listed = [{k: v for k, v in item.items() if k != "id"} for item in told["expectations"]]
        kept = {key: value for key, value in told.items() if key != "id"}
        written[name] = kept | {"expectations": listed}
    return written


def _totals(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Whether every expectation is met, and how many are; those of an error decide."""
    met = sum(item["success"] for item in results)
    refusing = [item for item in results if item["severity"] == SEVERITY["error"]]
    return {
        "success": all(item["success"] for item in refusing),
        "statistics": {"expectations": len(results), "met": met, "not_met": len(results) - met},
    }


def _run(table: Path, judged: Judged, suite_on: SuiteOn, docs: Path | None) -> list[dict[str, Any]]:
    """A result an expectation: on the rows and the groups, or on the counts."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    if docs is not None:
        _add_docs(context, docs)
    source = context.data_sources.add_pandas("polars")
    results: list[dict[str, Any]] = []
    for name, pandas, expected in _asked(table, judged, suite_on):
        asset = source.add_dataframe_asset(f"{table.stem}-{name}")
        batch = asset.add_batch_definition_whole_dataframe(name)
        whole, given = gx.ExpectationSuite(name=name, expectations=expected), {"dataframe": pandas}
        done: Any
        if docs is None:
            done = batch.get_batch(batch_parameters=given).validate(whole, result_format=DETAIL)
        else:  # the engine's pages tell of what it keeps
            kept = gx.ValidationDefinition(
                name=asset.name, data=batch, suite=context.suites.add(whole)
            )
            context.validation_definitions.add(kept)
            done = kept.run(batch_parameters=given, result_format=DETAIL)
        results += done.to_json_dict()["results"]
    if docs is not None:
        context.build_data_docs()
    return results


def _asked(table: Path, judged: Judged, suite_on: SuiteOn) -> Iterator[tuple[str, Any, list[Any]]]:
    """Each suite with its name and what it judges, made when it is its turn."""
    if suite_on == "counts":
        yield suite_on, suite.counts_frame(judged), suite.counts_suite(judged)
        return
    columns = {name for rule in judged.rules for name in _columns(rule)}
    frame = scan_table(table).select(sorted(columns)).collect()
    yield SUITE, suite.rows_frame(frame, judged), suite.rows_suite(judged.rules, trade_columns())
    yield GROUPS_SUITE, suite.groups_frame(judged), suite.groups_suite(judged.rules)


def _columns(rule: Rule) -> list[str]:
    """The columns of the table that a rule on rows or on the key reads."""
    if rule.is_on_groups:
        return []
    if rule.expression is None:
        return list(rule.parameters["columns"])
    return rule.expression.meta.root_names()


def _add_docs(context: Any, folder: Path) -> None:
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
    site = {"class_name": "SiteBuilder", "store_backend": store}
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(site_name="retorsion", site_config=site)


def _rule_id(item: dict[str, Any]) -> str:
    return str(item["expectation_config"]["meta"].get("rule_id", ""))


def _agree(rule: dict[str, Any], item: dict[str, Any] | None, suite_on: SuiteOn) -> None:
    """Nothing, where the second engine ran the rule and found what polars found.

    Raises:
        NotJudgedError: It could not run the rule, or found something else.
    """
    rule_id = rule["rule_id"]
    if item is None:
        raise NotJudgedError(f"{ENGINE} gave no result for rule {rule_id}", where=rule_id)
    stopped = _stopped(item["exception_info"])
    result = item["result"]
    count = result.get("unexpected_count", result.get("observed_value"))
    if stopped or count is None:
        raise NotJudgedError(
            f"{ENGINE} could not run rule {rule_id}: {stopped or 'no count came back'}",
            where=rule_id,
            hint="the data are neither valid nor invalid; report this with the message",
        )
    found, expected = int(count), _expected(rule, suite_on)
    if found != expected or item["success"] != (expected == 0):
        raise NotJudgedError(
            f"polars and {ENGINE} disagree on rule {rule_id}: {expected} against {found} failed",
            where=rule_id,
            hint=_why_apart(rule_id),
        )


def _why_apart(rule_id: str) -> str:
    """What to do where the engines disagree: a user's rule can be written otherwise."""
    if rule_id.startswith("user."):
        return (
            "the table is neither valid nor invalid: the engines read this rule differently, as "
            'they do "$" before a line end; write it in another way'
        )
    return "a bug of ours in one of the two forms of the rule; please report it"


def _expected(rule: dict[str, Any], suite_on: SuiteOn) -> int:
    """What the second engine must count: groups or rows that fail, or whether any does."""
    groups, rows = rule["groups_failed"], int(rule["rows_failed"])
    failed = rows if groups is None else int(groups)
    return failed if suite_on == "rows" else int(max(rows, failed) > 0)


def _stopped(info: dict[str, Any]) -> str:
    """What stopped an expectation, in its own words; empty where nothing did.

    The engine gives one set of facts, or one set a metric that failed.
    """
    several = [facts for facts in info.values() if isinstance(facts, dict)] or [info]
    texts = [str(facts["exception_message"]) for facts in several if facts.get("raised_exception")]
    return "; ".join(texts)


def _stable(item: dict[str, Any]) -> dict[str, Any]:
    """A result without random ids and without what says nothing."""
    config = dict(item["expectation_config"])
    arguments = {key: value for key, value in config["kwargs"].items() if key != "batch_id"}
    result = {key: value for key, value in item["result"].items() if "partial" not in key}
    return {
        "success": item["success"],
        "expectation": config["type"],
        "rule_id": config["meta"]["rule_id"],
        "message": config["meta"]["message"],
        "severity": config.get("severity"),
        "arguments": arguments,
        "result": result,
    }
