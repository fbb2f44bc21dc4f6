//! The reporting currency: its sign and its decimals.

use super::NO_BREAK_SPACE;

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    code: String,
}

impl Currency {
    /// The currency of this code; codes that are not known are written out.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.trim().to_ascii_uppercase() }
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What stands before an amount. Signs that the bundled type lacks, and signs that several countries use,
    /// are replaced by the code: `GHS 4.86` cannot be misread.
    #[must_use]
    pub fn symbol(&self) -> String {
        let sign = match self.code.as_str() {
            "GBP" => "£",
            "EUR" => "€",
            "USD" => "$",
            "JPY" => "¥",
            "AUD" => "A$",
            "CAD" => "CA$",
            "NZD" => "NZ$",
            "BRL" => "R$",
            code => return format!("{code}{NO_BREAK_SPACE}"),
        };
        sign.to_owned()
    }

    /// How many decimals amounts have.
    #[must_use]
    pub fn minor_digits(&self) -> usize {
        match self.code.as_str() {
            "CLP" | "ISK" | "JPY" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

impl Default for Currency {
    /// No currency: `¤`, the sign for an amount of which nobody said the currency.
    fn default() -> Self {
        Self { code: "¤".to_owned() }
    }
}
