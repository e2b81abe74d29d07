"""On which value an importer levies its duty: what is known of it, light to import.

A duty rate says nothing without its base: the United States and Canada levy on a customs value free
on board, the European Union and Japan on the value with insurance and freight. A value on another
basis is never taken in its place.

Source: U.S. Tariff Act of 1930, section 402 (19 U.S.C. 1401a); Canada, Customs Act, sections 44 to
53; Union Customs Code, Regulation (EU) 952/2013, articles 70 and 71; Japan, Customs Tariff Act,
article 4. General knowledge, to be verified: free on board are values in Australia (Customs Act
1901, section 161), New Zealand (Customs and Excise Act 2018) and South Africa (Customs and Excise
Act 1964, section 67), and so in Botswana, Eswatini, Lesotho and Namibia, which are in one customs
union with it; with insurance and freight those of China (Regulations on Import and Export Duties),
Mexico (Customs Law, article 65), India (Customs Valuation Rules 2007, rule 10), Korea (Customs Act,
article 30) and the United Kingdom (Taxation (Cross-border Trade) Act 2018, section 16).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Basis = Literal["cif", "fob"]

FOB = ("AUS", "BWA", "CAN", "LSO", "NAM", "NZL", "SWZ", "USA", "ZAF")
CIF = ("CHN", "EU12", "EU15", "EU25", "EU27", "EU28", "GBR", "IND", "JPN", "KOR", "MEX")
BASIS_OF_IMPORTER: dict[str, Basis] = {
    **dict.fromkeys(FOB, "fob"),
    **dict.fromkeys(CIF, "cif"),
}
"""Basis of the customs value; an importer that is not here needs ``customs_value_usd`` itself."""

NONE_STATED: Mapping[str, Basis] = MappingProxyType({})
