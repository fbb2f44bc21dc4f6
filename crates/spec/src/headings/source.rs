//! The source file that a mapping of headings becomes.

use std::fmt::Write as _;

use super::{Answers, Becomes, Form, Length, Proposal, Question, Scale, Written};

/// What a source file has to say besides its mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The name of the source.
    pub name: &'a str,
    /// Where the file lies, relative to the project.
    pub path: &'a str,
    /// The character encoding, by its label.
    pub encoding: &'a str,
    /// What stands between cells.
    pub delimiter: char,
    /// The zone of the project, for times that do not name theirs.
    pub zone: &'a str,
    /// Another zone for such times, where somebody said so.
    pub other_zone: Option<&'a str>,
    /// Whether the project may hold figures about people.
    pub people: bool,
}

/// Why no source file can be written yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// A column without which there is no case.
    #[error("no column is the {}", .0.words())]
    Lacking(Becomes),
    /// A column that raises a question.
    #[error("column `{heading}` ({}): {}", .becomes.words(), .question.words())]
    Open {
        /// The heading.
        heading: String,
        /// What it would become.
        becomes: Becomes,
        /// What is asked.
        question: Question,
    },
    /// A heading that cannot stand in a source file.
    #[error("the heading of column {0} holds a line break or another sign that cannot be seen")]
    Heading(usize),
}

/// Statuses as help desks write them, and what they are in the record.
const STATUSES: &[(&str, &[&str])] = &[
    ("new", &["new"]),
    ("open", &["open", "in progress", "waiting for support", "reopened", "active", "to do", "working", "unresolved"]),
    (
        "pending",
        &["pending", "waiting on customer", "waiting for customer", "awaiting user info", "waiting on contact"],
    ),
    ("hold", &["hold", "on-hold", "on hold", "waiting on third party", "snoozed", "escalated"]),
    ("solved", &["solved", "resolved", "done"]),
    ("closed", &["closed", "closed - resolved", "canceled", "cancelled"]),
];

/// Whether a question about a column keeps the whole file from being read. Others leave the column out.
fn stops(becomes: Becomes, question: Question) -> bool {
    becomes == Becomes::Opened || question == Question::DayOrMonth
}

/// The source file for a mapping: cases, what happened to them, teams, and what customers answered. A column with an open
/// question is left out; where that would leave no case, the question is the answer.
///
/// # Errors
/// When a case could not be told from another or has no beginning, or the order of day and month is open.
pub fn source_file(proposals: &[Proposal], asked: &Asked<'_>) -> Result<String, Unready> {
    if let Some(place) = proposals.iter().position(|proposal| proposal.heading.chars().any(char::is_control)) {
        return Err(Unready::Heading(place + 1));
    }
    for proposal in proposals {
        if let (Some(becomes), Some(question)) = (proposal.becomes, proposal.question)
            && stops(becomes, question)
        {
            return Err(Unready::Open { heading: proposal.heading.clone(), becomes, question });
        }
    }
    for needed in [Becomes::Case, Becomes::Opened] {
        if !proposals.iter().any(|proposal| proposal.becomes == Some(needed)) {
            return Err(Unready::Lacking(needed));
        }
    }
    let mapping = Mapping { proposals, asked };
    let mut text = format!(
        "# Written from the headings of an export. Change it as you like: later files of this source are read by it.\n\
         source: {}\nfiles:\n  export:\n    path: {}\n    encoding: {}\n    delimiter: {}\n    missing: [\"-\"]\ntables:\n",
        asked.name,
        quoted_yaml(asked.path),
        asked.encoding,
        if asked.delimiter == '\t' { "tab".to_owned() } else { format!("\"{}\"", asked.delimiter) },
    );
    for (table, select) in [
        ("units", mapping.units()),
        ("people", mapping.people()),
        ("cases", Some(mapping.cases())),
        ("case_events", mapping.events()),
        ("responses", mapping.responses()),
    ] {
        if let Some(select) = select {
            let _ = writeln!(text, "  {table}: |");
            for line in select.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    Ok(text)
}

struct Mapping<'a> {
    proposals: &'a [Proposal],
    asked: &'a Asked<'a>,
}

impl Mapping<'_> {
    fn found(&self, becomes: Becomes) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.becomes == Some(becomes) && proposal.question.is_none())
    }

    /// The column as SQL names it.
    fn column(&self, becomes: Becomes) -> Option<String> {
        self.found(becomes).map(|proposal| identifier(&proposal.heading))
    }

    /// The person who handles a case, where the project may hold that.
    fn agent(&self) -> Option<String> {
        self.column(Becomes::Agent).filter(|_| self.asked.people)
    }

    fn moment(&self, becomes: Becomes) -> Option<String> {
        let proposal = self.found(becomes)?;
        let column = identifier(&proposal.heading);
        let zone = self.asked.other_zone.unwrap_or(self.asked.zone).replace('\'', "''");
        match proposal.form {
            Form::Moment(Written::Iso { zoned: false }) if self.asked.other_zone.is_some() => {
                Some(format!("instant({column}, '{zone}')"))
            }
            Form::Moment(Written::Iso { .. }) => Some(format!("instant({column})")),
            Form::Moment(Written::As { date, time }) => Some(format!("instant({column}, '{date}{time}', '{zone}')")),
            _ => None,
        }
    }

    fn status(&self) -> Option<String> {
        let column = self.column(Becomes::Status)?;
        let mut text = "case".to_owned();
        for (status, _) in STATUSES {
            let _ = write!(text, "\n    when lower(trim({column})) in ({}) then '{status}'", listed(&[status]));
        }
        let _ = write!(text, "\n    else {column} end");
        Some(text)
    }

    fn units(&self) -> Option<String> {
        let team = self.column(Becomes::Team)?;
        Some(format!("select distinct {team} as unit_id, 'team' as kind from export where {team} is not null"))
    }

    fn people(&self) -> Option<String> {
        let agent = self.agent()?;
        Some(format!("select distinct {agent} as person_id from export where {agent} is not null"))
    }

    fn cases(&self) -> String {
        let mut columns: Vec<String> = Vec::new();
        let mut add = |expression: Option<String>, name: &str| {
            if let Some(expression) = expression {
                columns.push(format!("  {expression} as {name}"));
            }
        };
        add(self.column(Becomes::Case), "case_id");
        add(self.moment(Becomes::Opened), "opened_at");
        add(self.column(Becomes::Channel), "channel");
        add(self.column(Becomes::Topic), "topic");
        add(self.column(Becomes::Product), "product");
        add(self.column(Becomes::Priority), "priority");
        add(self.column(Becomes::Team), "unit_id");
        add(self.agent(), "assignee_id");
        add(self.status(), "status");
        let counted: Vec<String> = [
            (self.length(Becomes::FirstAnswerTook), "first_response_counted_s"),
            (self.length(Becomes::SolutionTook), "resolution_counted_s"),
            (self.column(Becomes::Reopened).map(|column| format!("try_cast({column} as double)")), "reopens_counted"),
        ]
        .into_iter()
        .filter_map(|(expression, name)| expression.map(|expression| format!("'{name}', {expression}")))
        .collect();
        add((!counted.is_empty()).then(|| format!("json_map({})", counted.join(", "))), "attributes");
        format!("select\n{}\nfrom export", columns.join(",\n"))
    }

    /// Seconds of a length of time that the source counted; missing where the cell holds something else.
    fn length(&self, becomes: Becomes) -> Option<String> {
        let proposal = self.found(becomes)?;
        let column = identifier(&proposal.heading);
        let part =
            |place: u8| format!("coalesce(try_cast(nullif(split_part({column}, ':', {place}), '') as double), 0)");
        Some(match proposal.form {
            Form::Length(Length::Seconds) => format!("try_cast({column} as double)"),
            Form::Length(Length::Minutes) => format!("try_cast({column} as double) * 60"),
            Form::Length(Length::Hours) => format!("try_cast({column} as double) * 3600"),
            Form::Length(Length::Clock) => {
                format!("case when {column} like '%:%' then {} * 3600 + {} * 60 + {} end", part(1), part(2), part(3))
            }
            _ => return None,
        })
    }

    /// What stamps tell: a first answer, and when it was solved and closed.
    fn events(&self) -> Option<String> {
        let case = self.column(Becomes::Case)?;
        let agent = self.agent().unwrap_or_else(|| "cast(null as varchar)".to_owned());
        let mut selects = Vec::new();
        if let (Some(at), Some(column)) = (self.moment(Becomes::FirstAnswered), self.column(Becomes::FirstAnswered)) {
            selects.push(format!(
                "select {case} as case_id, '1 first answer' as event_id, {at} as at, 'message' as kind, \
                 'agent' as actor_kind, {agent} as actor_id, true as public, cast(null as varchar) as field_to \
                 from export where {column} is not null"
            ));
        }
        for (becomes, event, status) in
            [(Becomes::Solved, "2 solved", "solved"), (Becomes::Closed, "3 closed", "closed")]
        {
            if let (Some(at), Some(column)) = (self.moment(becomes), self.column(becomes)) {
                // A stamp of an earlier solution says nothing about a case that is open again.
                let still = self.column(Becomes::Status).map_or_else(String::new, |status| {
                    format!(" and lower(trim({status})) in ({})", listed(&["solved", "closed"]))
                });
                selects.push(format!(
                    "select {case} as case_id, '{event}' as event_id, {at} as at, 'status' as kind, \
                     'system' as actor_kind, cast(null as varchar) as actor_id, cast(null as boolean) as public, \
                     '{status}' as field_to from export where {column} is not null{still}"
                ));
            }
        }
        (!selects.is_empty()).then(|| selects.join("\nunion all\n"))
    }

    fn responses(&self) -> Option<String> {
        let proposal = self.found(Becomes::Satisfaction)?;
        let column = identifier(&proposal.heading);
        let case = self.column(Becomes::Case)?;
        // Where nobody says when a customer answered, it was when the case ended, as near as the file tells.
        let moments: Vec<String> = [Becomes::Rated, Becomes::Solved, Becomes::Closed, Becomes::Opened]
            .into_iter()
            .filter_map(|becomes| self.moment(becomes))
            .collect();
        let at = format!("coalesce({})", moments.join(", "));
        let (question, answer, answered) = match proposal.form {
            Form::Scale(Scale::OneToFive) => (
                "'satisfaction'",
                format!("1 as scale_min, 5 as scale_max, {column} as score"),
                format!("{column} is not null"),
            ),
            Form::Scale(Scale::GoodOrBad) => (
                "'good or bad'",
                format!("case when lower({column}) like 'good%' then 'good' else 'bad' end as choice"),
                format!("(lower({column}) like 'good%' or lower({column}) like 'bad%')"),
            ),
            Form::Scale(Scale::Said) => {
                let Answers { satisfied, dissatisfied } = &proposal.answers;
                let is_one_of = |answers: &[String]| match texts(answers) {
                    Some(texts) => format!("trim({column}) in ({texts})"),
                    None => "false".to_owned(),
                };
                (
                    "'good or bad'",
                    format!("case when {} then 'good' else 'bad' end as choice", is_one_of(satisfied)),
                    format!("({} or {})", is_one_of(satisfied), is_one_of(dissatisfied)),
                )
            }
            _ => return None,
        };
        let mut about = String::new();
        if let Some(team) = self.column(Becomes::Team) {
            let _ = write!(about, ", {team} as unit_id");
        }
        if let Some(agent) = self.agent() {
            let _ = write!(about, ", {agent} as person_id");
        }
        Some(format!(
            "select {case} as response_id, {question} as question, {case} as case_id, {at} as answered_at, {answer}{about} \
             from export where {answered}"
        ))
    }
}

/// The words for statuses, as SQL lists them.
fn listed(statuses: &[&str]) -> String {
    let known = STATUSES.iter().filter(|(status, _)| statuses.contains(status)).flat_map(|(_, words)| words.iter());
    known.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Texts as SQL lists them; none where there is none. One that could not stand on a line of the source is left out.
fn texts(texts: &[String]) -> Option<String> {
    let sound = texts.iter().filter(|text| !text.chars().any(char::is_control));
    let listed: Vec<String> = sound.map(|text| format!("'{}'", text.trim().replace('\'', "''"))).collect();
    (!listed.is_empty()).then(|| listed.join(", "))
}

/// A heading as SQL names the column.
#[must_use]
pub fn identifier(heading: &str) -> String {
    format!("\"{}\"", heading.trim().replace('"', "\"\""))
}

fn quoted_yaml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
