#![no_main]

#[path = "../src/raw.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod raw;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raw::ndjson(bytes));
