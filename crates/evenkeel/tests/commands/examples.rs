//! The example projects over public data, against values that were computed by other means.
//!
//! The data lie beside the repository; where they are absent, the tests say so and compare nothing.

use std::collections::BTreeMap;
use std::path::Path;

use evenkeel_model::period::{FiscalYear, Period};
use serde_json::Value;
use tempfile::TempDir;

use super::support::{About, Reading, copy_project, readings, repository, shared, succeed};

/// An example project with its data imported, and the expected values of the file by their names.
fn example(name: &str, file: &str) -> Option<(TempDir, BTreeMap<String, Value>)> {
    let data = shared("data")?;
    let folder = TempDir::new().unwrap();
    copy_project(&repository().join("examples").join(name), folder.path());
    let files = ["evenkeel.yaml".to_owned()].into_iter().chain(names_below(&folder.path().join("sources")));
    for file in files {
        let path = folder.path().join(&file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("../../../shared/data", data.to_str().unwrap())).unwrap();
    }
    succeed(folder.path(), &["check"]);
    succeed(folder.path(), &["import"]);
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(data.join(file)).unwrap()).unwrap();
    let mut values = BTreeMap::new();
    for value in expected["values"].as_array().unwrap() {
        values.insert(value["id"].as_str().unwrap().to_owned(), value["value"].clone());
    }
    Some((folder, values))
}

fn names_below(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| format!("{name}/{}", entry.unwrap().file_name().to_str().unwrap())).collect()
}

/// The readings of one measure, by unit and segment, of one level and period.
fn pick<'a>(
    all: &'a BTreeMap<About, Reading>,
    measure: &str,
    level: &str,
    period: &str,
) -> BTreeMap<(&'a str, &'a str), &'a Reading> {
    let mut found = BTreeMap::new();
    for ((of, at, unit, during, segment), reading) in all {
        if of == measure && at == level && during == period {
            found.insert((unit.as_str(), segment.as_str()), reading);
        }
    }
    assert!(!found.is_empty(), "nothing of {measure} at {level} in {period}");
    found
}

/// The one reading of the whole organisation.
fn whole<'a>(all: &'a BTreeMap<About, Reading>, measure: &str, period: &str) -> &'a Reading {
    let found = pick(all, measure, "organisation", period);
    assert_eq!(found.len(), 1, "{measure}");
    found.into_values().next().unwrap()
}

/// Expected values are rounded to six decimals.
#[track_caller]
fn same(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 5.1e-7, "{what}: {found} instead of {expected}");
}

#[test]
fn incidents() {
    const SPAN: &str = "2016-02..2017-02";
    let Some((project, expected)) = example("incidents", "uci_incident_event_log.expected.json") else { return };
    let project = project.path();
    let all = readings(project, &["--from", "2016-02", "--to", "2017-02", "--whole"]);

    let reopen = whole(&all, "reopen", SPAN);
    assert_eq!(reopen.numerator, expected["reopen_rate"]["reopened"].as_f64());
    assert_eq!(reopen.denominator, expected["reopen_rate"]["n"].as_f64());
    same(reopen.value, &expected["reopen_rate"]["rate"], "reopened");

    let made = whole(&all, "sla_made", SPAN);
    assert_eq!(made.numerator, expected["sla_made_share"]["made"].as_f64());
    same(made.value, &expected["sla_made_share"]["share"], "service level");

    let hours = &expected["resolution_hours"];
    let mean = whole(&all, "resolution_mean", SPAN);
    assert_eq!(Some(mean.n), hours["n"].as_u64());
    same(mean.value / 3600.0, &hours["mean_h"], "mean hours to resolution");
    same(whole(&all, "resolution_median", SPAN).value / 3600.0, &hours["median_h"], "median hours to resolution");
    same(whole(&all, "resolution_p90", SPAN).value / 3600.0, &hours["p90_h"], "90 % of resolutions");
    let unresolved = made.n - mean.n;
    assert_eq!(Some(unresolved), expected["no_resolved_at"].as_u64());

    let closing = &expected["close_hours"];
    same(whole(&all, "closing_mean", SPAN).value / 3600.0, &closing["mean_h"], "mean hours to closing");
    same(whole(&all, "closing_median", SPAN).value / 3600.0, &closing["median_h"], "median hours to closing");
    same(whole(&all, "first_contact", SPAN).value, &expected["first_contact_proxy"], "first contact");

    // Incidents without a group or an agent belong to the organisation alone.
    let by_group = |measure| pick(&all, measure, "group", SPAN);
    let (made, reopened, median) = (by_group("sla_made"), by_group("reopen"), by_group("resolution_median"));
    let mut compared = 0;
    for group in expected["by_group_top15"].as_array().unwrap() {
        let name = group["grp"].as_str().unwrap();
        if name == "?" {
            continue;
        }
        assert_eq!(Some(made[&(name, "")].n), group["n"].as_u64(), "group {name}");
        same(made[&(name, "")].value, &group["sla"], name);
        same(reopened[&(name, "")].value, &group["reopen"], name);
        same(median[&(name, "")].value / 3600.0, &group["median_res_h"], name);
        compared += 1;
    }
    assert_eq!(compared, 14);
    let made = pick(&all, "sla_made", "person", SPAN);
    for agent in expected["by_agent_top10"].as_array().unwrap() {
        let name = agent["agent"].as_str().unwrap();
        if name != "?" {
            assert_eq!(Some(made[&(name, "")].n), agent["n"].as_u64(), "agent {name}");
            same(made[&(name, "")].value, &agent["sla"], name);
        }
    }
}

#[test]
fn incidents_by_month_priority_and_channel() {
    const SPAN: &str = "2016-02..2017-02";
    let Some((project, expected)) = example("incidents", "uci_incident_event_log.expected.json") else { return };
    let project = project.path();

    let months = readings(project, &["--from", "2016-02", "--to", "2017-02"]);
    let expected_months = expected["by_month_opened"].as_array().unwrap();
    assert!(expected_months.len() > 6);
    for month in expected_months {
        let name = month["m"].as_str().unwrap();
        let made = whole(&months, "sla_made", name);
        assert_eq!(Some(made.n), month["n"].as_u64(), "{name}");
        same(made.value, &month["sla"], name);
        if !month["mean_res_h"].is_null() {
            same(whole(&months, "resolution_mean", name).value / 3600.0, &month["mean_res_h"], name);
        }
    }
    // The backlog at the end of a month is what was open when the next one began.
    for end in expected["backlog_month_end"].as_array().unwrap() {
        let next = Period::parse(&end["t"].as_str().unwrap()[..7], FiscalYear::default()).unwrap();
        let month = next.previous().id(FiscalYear::default());
        assert_eq!(whole(&months, "backlog", &month).numerator, end["n"].as_f64(), "{month}");
    }

    let span = ["--from", "2016-02", "--to", "2017-02", "--whole", "--level", "organisation", "--by"];
    let by = |column| readings(project, &[span.as_slice(), &[column]].concat());
    let priorities = by("priority");
    let pick_by = |measure| pick(&priorities, measure, "organisation", SPAN);
    let (made, reopened) = (pick_by("sla_made"), pick_by("reopen"));
    let (mean, median) = (pick_by("resolution_mean"), pick_by("resolution_median"));
    let root = made.keys().next().unwrap().0;
    assert_eq!(made.len(), 4);
    for priority in expected["by_priority"].as_array().unwrap() {
        let name = priority["priority"].as_str().unwrap();
        assert_eq!(Some(made[&(root, name)].n), priority["n"].as_u64(), "priority {name}");
        same(made[&(root, name)].value, &priority["sla"], name);
        same(reopened[&(root, name)].value, &priority["reopen"], name);
        same(mean[&(root, name)].value / 3600.0, &priority["mean_res_h"], name);
        same(median[&(root, name)].value / 3600.0, &priority["median_res_h"], name);
    }
    let channels = by("channel");
    let made = pick(&channels, "sla_made", "organisation", SPAN);
    for channel in expected["by_channel"].as_array().unwrap() {
        let name = channel["channel"].as_str().unwrap();
        assert_eq!(Some(made[&(root, name)].n), channel["n"].as_u64(), "channel {name}");
        same(made[&(root, name)].value, &channel["sla"], name);
    }
}

#[test]
fn churn() {
    const DAY: &str = "2018-10";
    let Some((project, expected)) = example("churn", "telco_churn.expected.json") else { return };
    let project = project.path();
    let all = readings(project, &["--from", DAY, "--to", DAY]);
    let retention = whole(&all, "retention", DAY);
    same(retention.value, &expected["churn"]["retention"], "retention");
    let churn = whole(&all, "churn", DAY);
    assert_eq!(churn.numerator, expected["churn"]["churned"].as_f64());
    same(churn.value, &expected["churn"]["churn"], "churn");
    same(whole(&all, "revenue_churn", DAY).value, &expected["monthly_revenue_churn"], "revenue churn");
    assert_eq!(whole(&all, "blank_total", DAY).numerator, expected["blank_total"].as_f64());
    let contracts = pick(&all, "retention", "contract", DAY);
    for contract in expected["by_contract"].as_array().unwrap() {
        let name = contract["Contract"].as_str().unwrap();
        assert_eq!(Some(contracts[&(name, "")].n), contract["n"].as_u64(), "{name}");
        same(contracts[&(name, "")].value, &contract["retention"], name);
    }

    // Twelve months a band, the first with the customers of the snapshot's first month in it.
    let by = |expression| readings(project, &["--measure", "retention", "--level", "organisation", "--by", expression]);
    let bands = by("case when cast(json_text(attributes, 'tenure_months') as bigint) <= 12 then 0 \
         else (cast(json_text(attributes, 'tenure_months') as bigint) - 1) / 12 end");
    let found = pick(&bands, "retention", "organisation", DAY);
    let root = found.keys().next().unwrap().0;
    for band in expected["by_tenure_year"].as_array().unwrap() {
        let name = band["band"].to_string();
        same(found[&(root, name.as_str())].value, &band["retention"], &name);
    }
    let support = by("json_text(attributes, 'tech_support')");
    let found = pick(&support, "retention", "organisation", DAY);
    for group in expected["by_techsupport"].as_array().unwrap() {
        let name = group["TechSupport"].as_str().unwrap();
        assert_eq!(Some(found[&(root, name)].n), group["n"].as_u64(), "{name}");
        same(found[&(root, name)].value, &group["retention"], name);
    }
}

#[test]
fn staff() {
    const DAY: &str = "2017-01";
    let Some((project, expected)) = example("staff", "ibm_hr_attrition.expected.json") else { return };
    let all = readings(project.path(), &["--from", DAY, "--to", DAY]);
    let attrition = whole(&all, "attrition", DAY);
    assert_eq!(attrition.numerator, expected["attrition"]["left_n"].as_f64());
    same(attrition.value, &expected["attrition"]["rate"], "attrition");
    let means = &expected["satisfaction_means"];
    for (measure, name) in
        [("job_mean", "job"), ("environment_mean", "env"), ("relationship_mean", "rel"), ("balance_mean", "wlb")]
    {
        same(whole(&all, measure, DAY).value, &means[name], measure);
    }
    same(whole(&all, "job_top2", DAY).value, &expected["job_sat_top2"], "top two boxes");
    same(whole(&all, "trained", DAY).value, &expected["training_share"]["trained"], "trained");
    same(whole(&all, "trainings", DAY).value, &expected["training_share"]["mean"], "trainings");
    for department in expected["by_department"].as_array().unwrap() {
        let name = department["Department"].as_str().unwrap();
        let of = |measure| pick(&all, measure, "department", DAY)[&(name, "")];
        assert_eq!(Some(of("attrition").n), department["n"].as_u64(), "{name}");
        same(of("job_mean").value, &department["job"], name);
        same(of("job_top2").value, &department["top2"], name);
        same(of("attrition").value, &department["attrition"], name);
        same(of("trainings").value, &department["training"], name);
    }
    for role in expected["by_department_role"].as_array().unwrap() {
        let unit = format!("{} / {}", role["Department"].as_str().unwrap(), role["JobRole"].as_str().unwrap());
        let of = |measure| pick(&all, measure, "role", DAY)[&(unit.as_str(), "")];
        assert_eq!(Some(of("job_mean").n), role["n"].as_u64(), "{unit}");
        same(of("job_mean").value, &role["job"], &unit);
        same(of("trainings").value, &role["training"], &unit);
    }
}

#[test]
fn complaints() {
    const SPAN: &str = "2013-06..2017-02";
    let Some((project, expected)) = example("complaints", "cfpb_complaints_sample.expected.json") else { return };
    let project = project.path();
    let all = readings(project, &["--from", "2013-06", "--to", "2017-02", "--whole"]);
    let timely = whole(&all, "timely", SPAN);
    assert_eq!(timely.numerator, expected["timely"]["yes"].as_f64());
    assert_eq!(Some(timely.n), expected["counts"]["n"].as_u64());
    same(timely.value, &expected["timely"]["v"], "timely");
    let disputed = whole(&all, "disputed", SPAN);
    assert_eq!(disputed.numerator, expected["disputed"]["y"].as_f64());
    same(disputed.value, &expected["disputed"]["v"], "disputed");
    let days = &expected["days_to_company"];
    // Days are computed in seconds like every other duration, or as plain numbers: the measure says which.
    same(whole(&all, "days_mean", SPAN).value, &days["mean"], "mean days");
    same(whole(&all, "days_median", SPAN).value, &days["median"], "median days");
    same(whole(&all, "within_a_day", SPAN).value, &days["within1"], "within a day");
    let companies = pick(&all, "timely", "company", SPAN);
    assert_eq!(companies.len() as u64, expected["counts"]["companies"].as_u64().unwrap());
    for company in expected["by_company_top10"].as_array().unwrap() {
        let name = company["Company"].as_str().unwrap();
        assert_eq!(Some(companies[&(name, "")].n), company["n"].as_u64(), "{name}");
        same(companies[&(name, "")].value, &company["timely"], name);
    }
    let span = ["--from", "2013-06", "--to", "2017-02", "--whole", "--level", "organisation", "--by"];
    for (column, id, key) in [("channel", "by_channel", "v"), ("product", "by_product", "Product")] {
        let divided = readings(project, &[span.as_slice(), &[column]].concat());
        let found = pick(&divided, "timely", "organisation", SPAN);
        let root = found.keys().next().unwrap().0;
        for part in expected[id].as_array().unwrap() {
            let name = part[key].as_str().unwrap();
            assert_eq!(Some(found[&(root, name)].n), part["n"].as_u64(), "{name}");
            same(found[&(root, name)].value, &part["timely"], name);
            if part["mean_days"].is_number() {
                let days = pick(&divided, "days_mean", "organisation", SPAN)[&(root, name)].value;
                same(days, &part["mean_days"], name);
            }
        }
    }
}
