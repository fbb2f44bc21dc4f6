//! What the fuzz targets do, on valid texts that were damaged at random.

#[path = "../../../fuzz/src/raw.rs"]
mod raw;

use proptest::prelude::*;

const SEEDS: [&str; 5] = [
    "id,opened,\"a \"\"topic\"\"\"\n1,2026-01-01,\"two\nlines\"\n2;x;y\r\n",
    "{\"a\": 1, \"id\": \"\\u00e9\\\"\", \"opened_at\": [1, {\"b\": null}]}\n{\"id\": \"2\"}\n",
    "2026-03-29T01:30:00+02:00\n%d/%m/%Y %H:%M",
    "29/2/2016 01:16\n%d/%m/%Y %H:%M",
    "2026-12-31 23:59:60.123456789Z\n%Y",
];

/// One of the texts, with some of its bytes replaced, left out or doubled.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let change = (0usize..80, 0u8..3, any::<u8>());
    (0..SEEDS.len(), prop::collection::vec(change, 0..6)).prop_map(|(seed, changes)| {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (at, kind, byte) in changes {
            let at = at % bytes.len().max(1);
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn nothing_stops_the_parsers(bytes in damaged()) {
        raw::csv(&bytes);
        raw::ndjson(&bytes);
        raw::instant(&bytes);
    }
}
