//! Planning a SELECT, and keeping track of which line each of its rows comes from.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::common::{Column, DataFusionError, Diagnostic, Result};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::execution::context::SQLOptions;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use evenkeel_model::record::Table;
use evenkeel_model::source::TableMapping;
use jiff::tz::TimeZone;

use crate::fit;
use crate::functions::{self, Faults};
use crate::raw_table::{FILE, LINE, RECORD, RawTable};
use crate::{IngestError, SqlPosition};

/// What queries may hold in memory before they spill to disk.
const MEMORY: usize = 512 << 20;

/// A session that sees the raw files of one source and nothing else.
pub(crate) struct Mappings {
    context: SessionContext,
    tables: BTreeMap<String, RawTable>,
    source: String,
}

/// A SELECT that is ready to run.
pub(crate) struct Planned {
    pub plan: LogicalPlan,
    /// The raw tables that it reads, by the name under which SQL sees them.
    pub reads: Vec<String>,
    /// The raw table whose file and line the hidden columns name; none when rows have no line of their own.
    pub lines_of: Option<String>,
}

impl Mappings {
    pub(crate) fn new(
        source: &str,
        tables: BTreeMap<String, RawTable>,
        faults: &Arc<Faults>,
        zone: &TimeZone,
    ) -> Result<Self> {
        let mut config = SessionConfig::new().with_target_partitions(1).with_information_schema(false);
        let sql = &mut config.options_mut().sql_parser;
        // Headings are written as people wrote them; SQL must find `customerID` as it stands.
        sql.enable_ident_normalization = false;
        sql.collect_spans = true;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)))
            .with_disk_manager_builder(DiskManagerBuilder::default())
            .build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        for function in functions::all(faults, zone) {
            context.register_udf(function);
        }
        for (name, table) in &tables {
            context.register_table(datafusion::common::TableReference::bare(name.as_str()), Arc::new(table.clone()))?;
        }
        Ok(Self { context, tables, source: source.to_owned() })
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    pub(crate) fn table(&self, name: &str) -> Option<&RawTable> {
        self.tables.get(name)
    }

    /// Plans a SELECT and checks that it yields columns of the table.
    pub(crate) async fn plan(
        &self,
        mapping: &TableMapping,
        table: &Table,
    ) -> std::result::Result<Planned, IngestError> {
        let failed = |error: &DataFusionError| self.explain(mapping, error);
        let plan = self.context.state().create_logical_plan(&mapping.select).await.map_err(|error| failed(&error))?;
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        options.verify_plan(&plan).map_err(|_| IngestError::Sql {
            source_name: self.source.clone(),
            table: mapping.table.clone(),
            message: "a mapping must be one SELECT".to_owned(),
            position: None,
            help: None,
        })?;
        self.check_columns(&plan, mapping, table)?;
        let mut reads = Vec::new();
        collect_reads(&plan, &mut reads).map_err(|error| failed(&error))?;
        let extended = with_lines(&plan).map_err(|error| failed(&error))?;
        Ok(match extended {
            Some((plan, lines_of)) => Planned { plan, reads, lines_of: Some(lines_of) },
            None => Planned { plan, reads, lines_of: None },
        })
    }

    fn check_columns(
        &self,
        plan: &LogicalPlan,
        mapping: &TableMapping,
        table: &Table,
    ) -> std::result::Result<(), IngestError> {
        let wrong = |message: String, help: Option<String>| IngestError::Sql {
            source_name: self.source.clone(),
            table: mapping.table.clone(),
            message,
            position: None,
            help,
        };
        let names: Vec<&str> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
        for field in plan.schema().fields() {
            let name = field.name().as_str();
            if mapping.version.as_deref() == Some(name) {
                continue;
            }
            let ours = ["source", "batch_id"].contains(&name);
            if ours {
                return Err(wrong(
                    format!("the SELECT yields `{name}`, which evenkeel fills itself"),
                    Some("leave the column out".to_owned()),
                ));
            }
            if let Some(column) = table.column(name)
                && !fit::takes(column.kind, field.data_type())
            {
                let what = fit::kind_in_words(column.kind);
                return Err(wrong(
                    format!("`{name}` is {what}, which cannot be made of a value of type {}", field.data_type()),
                    None,
                ));
            }
            if table.column(name).is_none() {
                let known: Vec<&str> = table.all_columns().map(|column| column.name).collect();
                let help = match closest(name, known.iter().copied()) {
                    Some(near) => format!(
                        "did you mean `{near}`? What the table has no column for goes to `attributes`: json_map('{name}', …) as attributes"
                    ),
                    None => format!(
                        "its columns are: {}. Anything else goes to `attributes`: json_map('{name}', …) as attributes",
                        known.join(", ")
                    ),
                };
                return Err(wrong(format!("the SELECT yields `{name}`, which the table does not have"), Some(help)));
            }
        }
        for column in table.columns.iter().filter(|column| column.required) {
            if !names.contains(&column.name) {
                return Err(wrong(
                    format!("the SELECT does not yield `{}`, which every row must have", column.name),
                    Some(format!("add it: … as {}", column.name)),
                ));
            }
        }
        if let Some(version) = &mapping.version
            && !names.contains(&version.as_str())
        {
            return Err(wrong(
                format!("the SELECT does not yield `{version}`, which is to decide between rows with one key"),
                Some(format!("add `{version}` to the SELECT, or leave `version` out")),
            ));
        }
        Ok(())
    }

    /// A query error in the words of the project.
    pub(crate) fn explain(&self, mapping: &TableMapping, error: &DataFusionError) -> IngestError {
        let position = error.diagnostic().and_then(Diagnostic::span_start);
        let root = error.find_root();
        let message = root.strip_backtrace();
        let message = message.lines().next().unwrap_or_default();
        let message = message
            .trim_start_matches("Error during planning: ")
            .trim_start_matches("Schema error: ")
            .trim_start_matches("SQL error: ")
            .trim_start_matches("Execution error: ")
            .trim_start_matches("Arrow error: ");
        let position = position.or_else(|| parser_position(message));
        let (message, help) = self.reword(root, message);
        IngestError::Sql { source_name: self.source.clone(), table: mapping.table.clone(), message, position, help }
    }

    fn reword(&self, error: &DataFusionError, message: &str) -> (String, Option<String>) {
        if let DataFusionError::SchemaError(schema, _) = error
            && let datafusion::common::SchemaError::FieldNotFound { field, valid_fields } = schema.as_ref()
        {
            let names: Vec<String> = valid_fields.iter().map(|column| column.name.clone()).collect();
            let help = match closest(&field.name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => {
                    "the files hold no records, and so no columns; declare `columns` if that may happen".to_owned()
                }
                None => format!("the columns are: {}", names.join(", ")),
            };
            return (format!("there is no column `{}`", field.name), Some(help));
        }
        if let Some(rest) = message.strip_prefix("table '")
            && let Some(name) = rest.strip_suffix("' not found")
        {
            let name = name.trim_start_matches("datafusion.").trim_start_matches("public.");
            let names: Vec<&str> = self.tables.keys().map(String::as_str).collect();
            let help = match closest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? SQL sees only what `files:` declares"),
                None => format!("SQL sees only what `files:` declares: {}", names.join(", ")),
            };
            return (format!("there is no table `{name}`"), Some(help));
        }
        if let Some(inner) = message.strip_prefix("ParserError(\"").and_then(|rest| rest.strip_suffix("\")")) {
            return (inner.to_owned(), None);
        }
        if message.contains("only supports a single SQL statement") {
            return ("a mapping must be one SELECT".to_owned(), None);
        }
        if message == "Divide by zero error" {
            let help = "divide by nullif(x, 0): the result is then missing instead";
            return ("a row divides by zero".to_owned(), Some(help.to_owned()));
        }
        if message.contains("Cannot cast") {
            return (
                message.to_owned(),
                Some("a cast that fails ends the import; leave the cast out and the row alone is rejected, or use try_cast".to_owned()),
            );
        }
        (message.to_owned(), None)
    }
}

trait SpanStart {
    fn span_start(&self) -> Option<SqlPosition>;
}

impl SpanStart for Diagnostic {
    fn span_start(&self) -> Option<SqlPosition> {
        let start = self.span?.start;
        Some(SqlPosition { line: start.line as usize, column: start.column as usize })
    }
}

/// The position that the SQL parser writes into its messages: `… at Line: 1, Column: 8`.
fn parser_position(message: &str) -> Option<SqlPosition> {
    let rest = message.split("at Line: ").nth(1)?;
    let (line, rest) = rest.split_once(", Column: ")?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(SqlPosition { line: line.parse().ok()?, column: column.parse().ok()? })
}

/// The known name that is nearest, if one is near enough to be a slip.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 1 + known.len().min(name.len()) / 4)
        .min()
        .map(|(_, known)| known)
}

fn raw_table(plan: &LogicalPlan) -> Option<(String, RawTable)> {
    let LogicalPlan::TableScan(scan) = plan else { return None };
    let provider = source_as_provider(&scan.source).ok()?;
    let table = (provider.as_ref() as &dyn Any).downcast_ref::<RawTable>()?;
    Some((scan.table_name.table().to_owned(), table.clone()))
}

fn collect_reads(plan: &LogicalPlan, reads: &mut Vec<String>) -> Result<()> {
    use datafusion::common::tree_node::TreeNodeRecursion;
    plan.apply_with_subqueries(|node| {
        if let Some((name, _)) = raw_table(node)
            && !reads.contains(&name)
        {
            reads.push(name);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

/// The plan with the hidden columns behind its own, if each of its rows comes from one line of one raw table.
///
/// That is so for projections, filters and unions over a table, and for joins, where the rows of the left side keep
/// their lines. Rows of an aggregate come from many lines.
fn with_lines(plan: &LogicalPlan) -> Result<Option<(LogicalPlan, String)>> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let Some((name, table)) = raw_table(plan) else { return Ok(None) };
            let source = provider_as_source(Arc::new(table.with_provenance()));
            let plan = LogicalPlanBuilder::scan(scan.table_name.clone(), source, None)?.build()?;
            Ok(Some((plan, name)))
        }
        LogicalPlan::Projection(projection) => {
            let Some((input, name)) = with_lines(&projection.input)? else { return Ok(None) };
            let mut expressions = projection.expr.clone();
            expressions.extend(hidden(&input));
            Ok(Some((LogicalPlanBuilder::from(input).project(expressions)?.build()?, name)))
        }
        LogicalPlan::Filter(filter) => {
            let Some((input, name)) = with_lines(&filter.input)? else { return Ok(None) };
            Ok(Some((LogicalPlanBuilder::from(input).filter(filter.predicate.clone())?.build()?, name)))
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let Some((input, name)) = with_lines(&alias.input)? else { return Ok(None) };
            Ok(Some((LogicalPlanBuilder::from(input).alias(alias.alias.clone())?.build()?, name)))
        }
        LogicalPlan::Union(union) => {
            let mut inputs = union.inputs.iter();
            let Some(first) = inputs.next() else { return Ok(None) };
            let Some((mut plan, name)) = with_lines(first)? else { return Ok(None) };
            for input in inputs {
                let Some((input, other)) = with_lines(input)? else { return Ok(None) };
                if other != name {
                    return Ok(None);
                }
                plan = LogicalPlanBuilder::from(plan).union(input)?.build()?;
            }
            Ok(Some((plan, name)))
        }
        LogicalPlan::Join(join) => {
            use datafusion::common::JoinType;
            if !matches!(join.join_type, JoinType::Inner | JoinType::Left) {
                return Ok(None);
            }
            let Some((left, name)) = with_lines(&join.left)? else { return Ok(None) };
            let right = join.right.as_ref().clone();
            let mut on: Vec<Expr> = join.on.iter().map(|(left, right)| left.clone().eq(right.clone())).collect();
            on.extend(join.filter.clone());
            let plan = LogicalPlanBuilder::from(left).join_on(right, join.join_type, on)?.build()?;
            Ok(Some((plan, name)))
        }
        _ => Ok(None),
    }
}

fn hidden(input: &LogicalPlan) -> Vec<Expr> {
    [FILE, LINE, RECORD]
        .into_iter()
        .filter_map(|name| {
            let (qualifier, _) = input.schema().iter().find(|(_, field)| field.name() == name)?;
            Some(Expr::Column(Column::new(qualifier.cloned(), name)))
        })
        .collect()
}
