"""Every table of the project, declared once.

From a declaration come the polars schema, the row rules, the great-expectations suite, the
metadata of the Parquet file, the data dictionary and the random tables of the property tests.
"""

import dataframely as dy

from calc.tables.alternatives import ByEndUse, Suppliers
from calc.tables.assumptions import Assumptions
from calc.tables.audit import GroupFigures, Quarantine, Rejects, RuleCounts, Suggestions
from calc.tables.base import Base
from calc.tables.beside import Beside, Drawback
from calc.tables.border import BorderCharges
from calc.tables.by_country import ByCountry
from calc.tables.calendar import ByCalendar
from calc.tables.comparison import Causes, Compared, ListChanges, ScheduleChanges
from calc.tables.effect_ranges import EffectRanges, MarketRanges
from calc.tables.effects import (
    ByEffect,
    ByModel,
    EffectDrivers,
    Effects,
    MarketEffects,
    MarketElasticities,
    Sources,
)
from calc.tables.elasticities import Elasticities
from calc.tables.instruments import Amounts, ExportDuties, Instruments
from calc.tables.lines import Components, Lines, Provenance
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from calc.tables.mirror import Mirror, MirrorFunnel, MirrorPairs
from calc.tables.nomenclature import Conversion, HsCodes, HsCorrelations
from calc.tables.protection import Protection
from calc.tables.provenance import TradeParts, TradeProvenance, TradeRepairs
from calc.tables.quotas import ByQuota, Quotas
from calc.tables.reports import (
    ByAuthority,
    ByDate,
    ByGroup,
    ByImporter,
    ByMeasure,
    ByPartner,
    ByProduct,
    Controls,
    Credits,
    Funnel,
    Sweep,
    Unmatched,
)
from calc.tables.shares import Shares
from calc.tables.swept import SweepEffects
from calc.tables.trade import Trade

TABLES: dict[str, type[dy.Schema]] = {
    "trade": Trade,
    "trade_provenance": TradeProvenance,
    "trade_parts": TradeParts,
    "trade_repairs": TradeRepairs,
    "base": Base,
    "measures": Measures,
    "measure_products": MeasureProducts,
    "measure_partners": MeasurePartners,
    "exclusions": Exclusions,
    "shares": Shares,
    "elasticities": Elasticities,
    "quotas": Quotas,
    "sources": Sources,
    "effects": Effects,
    "market_effects": MarketEffects,
    "market_elasticities": MarketElasticities,
    "by_effect": ByEffect,
    "effect_ranges": EffectRanges,
    "market_ranges": MarketRanges,
    "by_model": ByModel,
    "by_country": ByCountry,
    "protection": Protection,
    "effect_drivers": EffectDrivers,
    "lines": Lines,
    "components": Components,
    "provenance": Provenance,
    "by_importer": ByImporter,
    "by_partner": ByPartner,
    "by_group": ByGroup,
    "by_product": ByProduct,
    "by_measure": ByMeasure,
    "by_authority": ByAuthority,
    "by_end_use": ByEndUse,
    "suppliers": Suppliers,
    "by_quota": ByQuota,
    "instruments": Instruments,
    "amounts": Amounts,
    "beside": Beside,
    "drawback": Drawback,
    "border_charges": BorderCharges,
    "export_duties": ExportDuties,
    "controls": Controls,
    "credits": Credits,
    "assumptions": Assumptions,
    "sweep": Sweep,
    "sweep_effects": SweepEffects,
    "by_calendar": ByCalendar,
    "by_date": ByDate,
    "compared": Compared,
    "causes": Causes,
    "schedule_changes": ScheduleChanges,
    "list_changes": ListChanges,
    "mirror": Mirror,
    "mirror_pairs": MirrorPairs,
    "mirror_funnel": MirrorFunnel,
    "unmatched": Unmatched,
    "funnel": Funnel,
    "rule_counts": RuleCounts,
    "group_figures": GroupFigures,
    "rejects": Rejects,
    "quarantine": Quarantine,
    "suggestions": Suggestions,
    "conversion": Conversion,
    "hs_codes": HsCodes,
    "hs_correlations": HsCorrelations,
}
