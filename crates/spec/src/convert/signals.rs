//! How the signals of a measure are found: rules, baseline, annotations and phases.

use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::signal::{Annotation, AnnotationKind, FEWEST_FROZEN, Rules, Screening, SignalPlan, Window};

use super::plan::period;
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;

/// An annotation, and where it says when.
struct Written {
    annotation: Annotation,
    since: Span,
    baseline_until: Option<Span>,
}

pub(super) fn signals(raw: raw::Signals, fiscal: FiscalYear, findings: &mut Findings) -> SignalPlan {
    let raw::Signals { rules: written_rules, screening, baseline, annotations } = raw;
    let rules = written_rules.map_or(Rules::ALL, |written| rules(&written.0, findings));
    let screening = if screening.is_none_or(|screening| screening.value) { Screening::On } else { Screening::Off };
    let until_at = baseline.as_ref().and_then(|baseline| baseline.until.as_ref().map(|until| until.span.clone()));
    let baseline = baseline.and_then(|baseline| window(baseline, fiscal, findings));
    let mut written: Vec<Written> = annotations
        .map(|annotations| annotations.0)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|raw| annotation(raw, fiscal, findings))
        .collect();
    written.sort_by_key(|written| written.annotation.on.start());
    phases_do_not_overlap(&written, baseline.zip(until_at), findings);
    let annotations = written.into_iter().map(|written| written.annotation).collect();
    SignalPlan { rules, screening, baseline, annotations }
}

fn rules(written: &[Spanned<raw::SignalRule>], findings: &mut Findings) -> Rules {
    let mut rules = Rules::NONE;
    for rule in written {
        let chosen = match rule.value {
            raw::SignalRule::Outside => &mut rules.outside,
            raw::SignalRule::Trend => &mut rules.trend,
            raw::SignalRule::TwoOfThree => &mut rules.two_of_three,
            raw::SignalRule::Shift => &mut rules.shift,
        };
        if *chosen {
            let found = Diagnostic::warning(code::NO_EFFECT, &rule.span, "this rule is named twice");
            findings.push(found.help("take it out once"));
        }
        *chosen = true;
    }
    rules
}

fn window(raw: raw::BaselineWindow, fiscal: FiscalYear, findings: &mut Findings) -> Option<Window> {
    let (from_text, until_text) = (raw.from?, raw.until?);
    let from = period(&from_text, "from", fiscal, findings);
    let until = period(&until_text, "until", fiscal, findings);
    let (from, until) = (from?, until?);
    if until.last_day() < from.start() {
        let found = Diagnostic::error(code::BAD_PERIOD, &until_text.span, "the baseline ends before it begins")
            .related(&from_text.span, "it begins here");
        findings.push(found.help("write the first period behind `from`, the last one behind `until`"));
        return None;
    }
    enough_months(from, until, &until_text.span, findings);
    Some(Window { from, until })
}

/// Warns about a baseline of so few months that no usual range can come from it month by month.
fn enough_months(from: Period, until: Period, at: &Span, findings: &mut Findings) {
    let days = (until.end() - from.start()).get_days();
    if days < i32::from(FEWEST_FROZEN) * 30 {
        let found = Diagnostic::warning(code::NO_EFFECT, at, "a baseline of less than twelve months is too short")
            .note("from fewer than twelve figures no usual range holds for good; the range then comes from all months");
        findings.push(found.help("take twelve months or more, or leave the baseline out"));
    }
}

fn annotation(raw: raw::Annotation, fiscal: FiscalYear, findings: &mut Findings) -> Option<Written> {
    let raw::Annotation { since, what, kind, said_by, new_phase, baseline_until, at } = raw;
    let new_phase = new_phase.is_some_and(|new_phase| new_phase.value);
    if new_phase && said_by.is_none() {
        let found = Diagnostic::error(code::MISSING_KEY, &at, "a new phase does not say who says so")
            .note("whether a process has become another one is somebody's judgement, and no formula makes it");
        findings.push(found.help("add `said_by: …`, or take `new_phase` out"));
    }
    let (since, what) = (since?, what?);
    let on = period(&since, "since", fiscal, findings)?;
    let until = baseline_until.as_ref().and_then(|until| period(until, "baseline_until", fiscal, findings));
    if let (Some(written), false) = (&baseline_until, new_phase) {
        let found = Diagnostic::warning(code::NO_EFFECT, &written.span, "`baseline_until` has no effect here")
            .note("only a new phase has a usual range of its own");
        findings.push(found.help("add `new_phase: true` and `said_by`, or take `baseline_until` out"));
    }
    if let (Some(written), Some(until)) = (&baseline_until, until) {
        if until.last_day() < on.start() {
            let message = "the baseline of the phase ends before the phase begins";
            let found =
                Diagnostic::error(code::BAD_PERIOD, &written.span, message).related(&since.span, "it begins here");
            findings.push(found.help("write the last period of the phase that its usual range is to come from"));
        } else if new_phase {
            enough_months(on, until, &written.span, findings);
        }
    }
    let annotation = Annotation {
        on,
        kind: match kind.map(|kind| kind.value) {
            Some(raw::AnnotationKind::Initiative) => AnnotationKind::Initiative,
            Some(raw::AnnotationKind::Definition) => AnnotationKind::Definition,
            Some(raw::AnnotationKind::Event) | None => AnnotationKind::Event,
        },
        what: what.value.0,
        said_by: said_by.map(|said_by| said_by.value.0),
        new_phase,
        baseline_until: until.filter(|_| new_phase),
    };
    Some(Written { annotation, since: since.span, baseline_until: baseline_until.map(|until| until.span) })
}

/// Every baseline has to lie within its own phase.
fn phases_do_not_overlap(written: &[Written], baseline: Option<(Window, Span)>, findings: &mut Findings) {
    let phases: Vec<&Written> = written.iter().filter(|written| written.annotation.new_phase).collect();
    if let (Some((window, at)), Some(first)) = (baseline, phases.first()) {
        ends_before(window.until, &at, first, findings);
    }
    for pair in phases.windows(2) {
        let (one, next) = (pair[0], pair[1]);
        if one.annotation.on.start() == next.annotation.on.start() {
            let found = Diagnostic::error(code::DEFINED_TWICE, &next.since, "two phases begin on the same day")
                .related(&one.since, "the other one");
            findings.push(found.help("take `new_phase` out of one of them"));
        }
        if let (Some(until), Some(at)) = (one.annotation.baseline_until, &one.baseline_until) {
            ends_before(until, at, next, findings);
        }
    }
}

fn ends_before(until: Period, at: &Span, next: &Written, findings: &mut Findings) {
    if until.last_day() >= next.annotation.on.start() {
        let found = Diagnostic::error(code::BAD_PERIOD, at, "the baseline reaches into the next phase")
            .related(&next.since, "which begins here")
            .note("a usual range never looks across the border of a phase");
        findings.push(found.help("end the baseline before that, or take one of the two out"));
    }
}
