"""What a code, a list of codes or an economy is, in this nomenclature or another."""
