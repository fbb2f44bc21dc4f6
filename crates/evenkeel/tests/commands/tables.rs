//! Tables that programs take with the types of their columns, and what people wrote, as programs read it.

use std::io::{Cursor, Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::ipc::reader::StreamReader;
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::{bearing, called, cookie, promised, send, sending, token};
use super::served::{Server, serve, two_branches};

const PARQUET: &str = "application/vnd.apache.parquet";
const ARROW: &str = "application/vnd.apache.arrow.stream";

/// A project in which people wrote what spreadsheets would take for formulas.
struct Written {
    _project: TempDir,
    server: Server,
    administrator: String,
    /// Of insights.
    ines: String,
    /// Who leads the north, and Lakeside.
    milo: String,
    lena: String,
    /// A viewer of the north, and Ann, who works there.
    vera: String,
    anna: String,
}

fn written() -> Written {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let crm = sending(&server, &administrator, "crm");
    let row = r#"[{"response_id": "=1+1", "answered_at": "2026-10-05T10:00:00.5Z", "person_id": "ann", "score": 4.5}]"#;
    let sent = send(&server, "/api/v1/records/responses", &called(&crm, "one"), row);
    assert_eq!(sent.status, 200, "{}", sent.body);
    let begun = Instant::now();
    while !server.get("/api/v1/rows/csat/north?limit=200", &milo).body.contains("=1+1") {
        assert!(begun.elapsed() < Duration::from_mins(1), "the row is not shown");
        std::thread::sleep(Duration::from_millis(200));
    }
    let at = "/measure/csat/north/note?period=2026-10";
    for (text, period) in [("=1+1 <b>Lift</b>, @vera\r\nknows", "2026-10-05"), ("Taken back", "2026-10")] {
        let noted = server.post(at, &milo, &[("text", text), ("period", period)]);
        assert_eq!(noted.status, 303, "{}", noted.body);
    }
    assert_eq!(server.post("/notes/2/withdraw", &milo, &[]).status, 303);
    let at = "/measure/csat/north/recommendation?period=2026-10";
    for (what, by) in [("=Ask <i>branches</i>", "2026-11-17"), ("Call back", "2026-11-02")] {
        let values = [("what", what), ("why", "It fell."), ("owner", "milo"), ("decide_by", by)];
        assert_eq!(server.post(at, &ines, &values).status, 303);
    }
    let declined = [("answer", "decline"), ("reason", "@Too dear")];
    assert_eq!(server.post("/recommendations/2/answer", &milo, &declined).status, 303);
    let wrong = [("measure", "csat"), ("period", "2026-10"), ("key", "[\"a\",\"a0\"]"), ("why", "=That was Bob")];
    let disputed = server.post("/record/ann/dispute", &anna, &wrong);
    assert_eq!(disputed.status, 303, "{}", disputed.body);
    Written { _project: project, server, administrator, ines, milo, lena, vera, anna }
}

/// What a reader of a form finds in an answer.
fn read(server: &Server, target: &str, session: &str, form: &str) -> RecordBatch {
    let (host, who) = (&server.address, cookie(session));
    let asked = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n{who}accept: {form}\r\nconnection: close\r\n\r\n");
    let (answer, bytes) = server.exchange(asked.as_bytes());
    assert_eq!((answer.status, answer.header("content-type")), (200, form), "{target}: {}", answer.body);
    let (schema, batches): (_, Vec<RecordBatch>) = if form == PARQUET {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        (Arc::clone(reader.schema()), reader.build().unwrap().map(Result::unwrap).collect())
    } else {
        let reader = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
        (reader.schema(), reader.map(Result::unwrap).collect())
    };
    concat_batches(&schema, &batches).unwrap()
}

/// A cell as JSON has it.
fn cell(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(row)),
        DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(row)),
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::Date32 => {
            json!(date(1970, 1, 1) + i64::from(column.as_primitive::<Date32Type>().value(row)).days())
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
            assert_eq!(zone.as_ref(), "UTC");
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            json!(Timestamp::from_microsecond(micros).unwrap())
        }
        _ => json!(column.as_string::<i32>().value(row)),
    }
}

/// Whether a cell is what the JSON of the same question tells.
fn same(told: &Value, found: &Value) -> bool {
    match (told, found) {
        // Rows of the record are told as texts.
        (Value::String(text), Value::Bool(flag)) => *text == flag.to_string(),
        (Value::String(text), Value::Number(number)) => text.parse::<f64>().ok() == number.as_f64(),
        (Value::Number(told), Value::Number(found)) => {
            let (told, found) = (told.as_f64().unwrap(), found.as_f64().unwrap());
            (told - found).abs() <= told.abs() * 1e-12
        }
        (Value::Array(parts), Value::String(text)) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            *text == parts.join(", ") || *text == parts.join("\n")
        }
        _ => told == found,
    }
}

#[test]
fn tables_are_the_same_in_every_form() {
    let Written { _project, server, ines, milo, lena, vera, anna, .. } = written();
    let mut nothing = 0;
    for (target, list, who) in [
        ("/api/v1/rows/csat/north?limit=10000", "rows", &milo),
        ("/api/v1/rows/csat/north?limit=10000", "rows", &ines),
        ("/api/v1/rows/csat/ann?limit=5&from=3", "rows", &anna),
        ("/api/v1/rows/csat/north?period=2024-01", "rows", &ines),
        ("/api/v1/rows/csat/north?from=5000", "rows", &ines),
        ("/api/v1/readings?limit=10000&from=2026-10-01", "readings", &ines),
        ("/api/v1/readings?unit=north&from=2024-01&to=2024-01", "readings", &vera),
        ("/api/v1/notes", "notes", &vera),
        ("/api/v1/notes", "notes", &lena),
        ("/api/v1/recommendations", "recommendations", &milo),
        ("/api/v1/recommendations", "recommendations", &vera),
        ("/api/v1/disputes", "disputes", &anna),
        ("/api/v1/disputes", "disputes", &ines),
        ("/api/v1/disputes", "disputes", &lena),
    ] {
        let told = server.get(target, who).json()["data"].clone();
        let lines = told[list].as_array().unwrap();
        nothing += usize::from(lines.is_empty());
        let text = server.ask_as(target, &format!("{}accept: text/csv\r\n", cookie(who)));
        assert_eq!(text.status, 200, "{target}");
        let mut text = csv::Reader::from_reader(text.body.as_bytes());
        let header: Vec<String> = text.headers().unwrap().iter().map(str::to_owned).collect();
        let texts: Vec<csv::StringRecord> = text.records().map(Result::unwrap).collect();
        assert_eq!(texts.len(), lines.len(), "{target}");
        for form in [PARQUET, ARROW] {
            let batch = read(&server, target, who, form);
            let columns: Vec<String> = batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
            assert_eq!(columns, header, "{target} {form}");
            assert_eq!(batch.num_rows(), lines.len(), "{target} {form}");
            for (row, line) in lines.iter().enumerate() {
                for (place, name) in columns.iter().enumerate() {
                    let told = if line.is_array() { &line[place] } else { &line[name] };
                    let found = cell(batch.column(place), row);
                    assert!(same(told, &found), "{target} {form}, {name} of {row}: {told} is {found}");
                    // The same in the text, but for what a spreadsheet would work out.
                    let text = texts[row][place].to_owned();
                    match &found {
                        Value::Null => assert_eq!(text, "", "{target} {name}"),
                        Value::String(found) if found.starts_with(['=', '@']) => assert_eq!(text, format!("'{found}")),
                        Value::String(found) => assert_eq!(&text, found),
                        _ => {}
                    }
                }
            }
        }
    }
    assert_eq!(nothing, 6, "tables without rows are among them");
}

#[test]
fn columns_have_the_types_of_what_they_hold() {
    let Written { _project, server, ines, milo, vera, .. } = written();
    let instants = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    for form in [PARQUET, ARROW] {
        let types = |batch: &RecordBatch, name: &str| batch.column_by_name(name).unwrap().data_type().clone();
        let rows = read(&server, "/api/v1/rows/csat/north?limit=10000", &milo, form);
        for (name, wanted) in [
            ("counts_as", DataType::Boolean),
            ("response_id", DataType::Utf8),
            ("answered_at", instants.clone()),
            ("score", DataType::Float64),
        ] {
            assert_eq!(types(&rows, name), wanted, "{name}");
        }
        // A table without rows has columns of the same types, and a formula is the text that it is.
        let none = read(&server, "/api/v1/rows/csat/north?period=2024-01", &milo, form);
        assert_eq!((none.num_rows(), types(&none, "answered_at")), (0, instants.clone()));
        let ids = rows.column_by_name("response_id").unwrap().as_string::<i32>();
        assert!(ids.iter().any(|id| id == Some("=1+1")));
        // Dan is elsewhere today: his rows are told, and not that they are his.
        let people = rows.column_by_name("person_id").unwrap();
        assert!(people.null_count() > 0 && people.null_count() < people.len());
        assert!(people.as_string::<i32>().iter().flatten().all(|person| ["ann", "bob"].contains(&person)));
        assert!(read(&server, "/api/v1/rows/csat/north", &ines, form).column_by_name("person_id").is_none());

        let readings = read(&server, "/api/v1/readings", &vera, form);
        for (name, wanted) in [
            ("unit", DataType::Utf8),
            ("numerator", DataType::Float64),
            ("n", DataType::Int64),
            ("value", DataType::Float64),
            ("data_version", DataType::Utf8),
        ] {
            assert_eq!(types(&readings, name), wanted, "{name}");
        }
        let notes = read(&server, "/api/v1/notes", &vera, form);
        for (name, wanted) in [
            ("number", DataType::Int64),
            ("last_day", DataType::Date32),
            ("text", DataType::Utf8),
            ("at", instants.clone()),
            ("withdrawn_at", instants.clone()),
            ("own", DataType::Boolean),
        ] {
            assert_eq!(types(&notes, name), wanted, "{name}");
        }
        // The second, which comes first, was taken back.
        let texts = notes.column_by_name("text").unwrap();
        assert_eq!((texts.is_null(0), cell(texts, 1)), (true, json!("=1+1 <b>Lift</b>, @vera\nknows")));
    }
}

#[test]
fn every_list_is_whole_in_parts_of_one() {
    let Written { _project, server, ines, milo, anna, .. } = written();
    for (first, list, who) in [
        ("/api/v1/rows/csat/north?period=2026-10", "rows", &milo),
        ("/api/v1/readings?measure=csat&from=2026-10-20&to=2026-10-31", "readings", &ines),
        ("/api/v1/notes?unit=North&measure=csat", "notes", &milo),
        ("/api/v1/notes?period=none", "", &milo),
        ("/api/v1/recommendations?unit=north&show=asked", "recommendations", &ines),
        ("/api/v1/disputes?limit=7", "disputes", &anna),
    ] {
        if list.is_empty() {
            assert_eq!(server.get(first, who).status, 400, "{first}");
            continue;
        }
        let size =
            if first.starts_with("/api/v1/rows") || first.starts_with("/api/v1/readings") { 10_000 } else { 1_000 };
        let asked = |size: u32| {
            let plain = first.replace("?limit=7", "");
            format!("{plain}{}limit={size}", if plain.contains('?') { "&" } else { "?" })
        };
        let whole = server.get(&asked(size), who).json();
        assert_eq!(whole["data"]["next"], Value::Null, "{first}");
        let whole = whole["data"][list].as_array().unwrap();
        assert!(!whole.is_empty(), "{first}");
        let mut parts = Vec::new();
        let mut next = Some(asked(1));
        while let Some(target) = next {
            let told = server.get(&target, who);
            assert_eq!(told.status, 200, "{target}: {}", told.body);
            let data = &told.json()["data"];
            assert_eq!(data[list].as_array().unwrap().len(), 1, "{target}");
            parts.extend(data[list].as_array().unwrap().clone());
            next = data["next"].as_str().map(str::to_owned);
            let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\"")).unwrap_or_default();
            assert_eq!(told.header("link"), link, "{target}");
        }
        assert_eq!(&parts, whole, "{first}");
    }
}

#[test]
fn what_people_wrote_is_read_by_programs() {
    let Written { _project, server, administrator, ines, milo, lena, vera, anna } = written();
    let document = server.get("/api/openapi.json", "").json();
    let ask = |target: &str, who: &str| {
        let answer = server.get(&format!("/api/v1/{target}"), who);
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        let path = format!("/api/v1/{}", target.split('?').next().unwrap());
        let at = format!("/paths/{}/get/responses/200/content/application~1json/schema", path.replace('/', "~1"));
        let body = answer.json();
        let wrong: Vec<String> = promised(&document, &at)
            .iter_errors(&body)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{target}: {}", wrong.join("\n"));
        body["data"].clone()
    };
    let numbers = |data: &Value, list: &str| -> Vec<i64> {
        data[list].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect()
    };

    // Notes: those who see the unit read them, and of one that was taken back nobody reads what it said.
    let notes = ask("notes?unit=North&measure=csat", &vera);
    assert_eq!(numbers(&notes, "notes"), [2, 1]);
    let (gone, note) = (&notes["notes"][0], &notes["notes"][1]);
    assert_eq!((&gone["text"], gone["withdrawn_at"].is_string()), (&Value::Null, true), "{gone}");
    assert_eq!(note["text"], "=1+1 <b>Lift</b>, @vera\nknows");
    assert_eq!(
        (&note["unit"], &note["period"], &note["last_day"]),
        (&json!("north"), &json!("2026-10-05"), &json!("2026-10-05"))
    );
    assert_eq!((&note["by"], &note["mentions"], &note["own"]), (&json!("milo"), &json!(["vera"]), &json!(false)));
    assert!(ask("notes", &milo)["notes"][0]["own"].as_bool().unwrap());
    assert!(!ask("notes", &administrator).to_string().contains("Taken back"));
    assert_eq!(numbers(&ask("notes", &lena), "notes"), [0; 0]);
    assert_eq!(numbers(&ask("notes?measure=cost_contact", &vera), "notes"), [0; 0]);

    // Recommendations: whoever asked, whoever is asked, and those who follow them.
    let register = |what: &str, who: &str| numbers(&ask(&format!("recommendations{what}"), who), "recommendations");
    assert_eq!(
        (register("", &ines), register("", &milo), register("", &administrator)),
        (vec![2, 1], vec![2, 1], vec![2, 1])
    );
    assert_eq!((register("", &vera), register("", &lena)), (vec![], vec![]));
    assert_eq!((register("?show=open", &milo), register("?show=decided", &milo)), (vec![1], vec![2]));
    assert_eq!((register("?show=own", &milo), register("?show=asked", &milo)), (vec![2, 1], vec![]));
    assert_eq!((register("?show=overdue", &ines), register("?unit=lakeside", &ines)), (vec![], vec![]));
    let all = ask("recommendations", &milo);
    let (declined, open) = (&all["recommendations"][0], &all["recommendations"][1]);
    assert_eq!((&declined["stage"], &declined["reason"]), (&json!("declined"), &json!("@Too dear")), "{declined}");
    assert!(declined["answered_at"].is_string() && declined["result"].is_null() && open["answered_at"].is_null());
    assert_eq!((&open["stage"], &open["what"]), (&json!("waiting"), &json!("=Ask <i>branches</i>")));
    assert_eq!(
        (&open["owner"], &open["asked_by"], &open["decide_by"]),
        (&json!("milo"), &json!("ines"), &json!("2026-11-17"))
    );

    // Disputes: the person whose row it is, and whoever decides; who it is for whoever may see that, which is recorded.
    let own = ask("disputes", &anna)["disputes"][0].clone();
    assert_eq!((&own["person"], &own["own"], &own["state"]), (&json!("ann"), &json!(true), &json!("open")), "{own}");
    assert_eq!(
        (&own["key"], &own["why"], &own["unit"]),
        (&json!("[\"a\",\"a0\"]"), &json!("=That was Bob"), &json!("north-1"))
    );
    let led = token(&server, &milo, "desk");
    let seen = server.ask_as("/api/v1/disputes", &bearing(&led)).json()["data"]["disputes"][0].clone();
    assert_eq!((&seen["person"], &seen["own"]), (&json!("ann"), &json!(false)), "{seen}");
    assert_eq!(ask("disputes", &ines)["disputes"][0]["person"], Value::Null);
    assert_eq!(numbers(&ask("disputes", &lena), "disputes"), [0; 0]);
    assert_eq!(server.get("/api/v1/disputes", &vera).status, 404);
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("disputes of ann, by token desk"), "{trail}");
    let values = [("decision", "decline"), ("reason", "No, Ann.")];
    assert_eq!(server.post("/disputes/1/decide", &milo, &values).status, 303);
    let decided = ask("disputes", &anna)["disputes"][0].clone();
    assert_eq!((&decided["state"], &decided["decided_by"]), (&json!("declined"), &json!("milo")), "{decided}");
    assert_eq!((&decided["reason"], decided["decided_at"].is_string()), (&json!("No, Ann."), true));
}
