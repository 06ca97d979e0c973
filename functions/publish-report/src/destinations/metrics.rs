//! Numbers for CloudWatch: one line of the log in the embedded metric format, which CloudWatch Logs reads them from.

use std::{borrow::Cow, io, time::SystemTime};

use jiff::Timestamp;
use metrique_writer_core::{
    Entry, EntryWriter, MetricFlags, Observation, Unit, Value, ValueWriter, format::Format, unit::NegativeScale,
};
use metrique_writer_format_emf::Emf;
use rootwarden_report::{
    Document,
    metrics::{DIMENSION, Metric, MetricUnit, NAMESPACE, metrics},
};

pub(super) const NAME: &str = "metrics";

/// Whose metrics they are, and since when the run is on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured<'a> {
    /// The deployment's name.
    pub(crate) stack: &'a str,
    /// When the run's first plan was made.
    pub(crate) begun_at: Timestamp,
}

/// Writes the metrics of a run to the log, if it has any.
#[expect(clippy::print_stdout, reason = "a line of the log that is nothing but metrics; printed, a test captures it")]
pub(super) fn write(document: &Document<'_>, measured: Measured<'_>) -> Result<(), io::Error> {
    let Measured { stack, begun_at } = measured;
    let Some(metrics) = metrics(document, begun_at) else { return Ok(()) };
    let run = Run { at: document.published_at.into(), stack, id: document.run.as_str(), metrics };
    let mut format = Emf::all_validations(NAMESPACE.to_owned(), vec![vec![DIMENSION.to_owned()]]);
    // At once: a line that is cut by another one is no metric.
    let mut line = Vec::new();
    format.format(&run, &mut line).map_err(io::Error::other)?;
    print!("{}", String::from_utf8(line).map_err(io::Error::other)?);
    Ok(())
}

struct Run<'a> {
    at: SystemTime,
    stack: &'a str,
    id: &'a str,
    metrics: Vec<Metric>,
}

impl Entry for Run<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(self.at);
        writer.value(DIMENSION, self.stack);
        // No dimension: each run would be a metric of its own, and be paid for.
        writer.value("Run", self.id);
        for metric in &self.metrics {
            writer.value(Cow::Borrowed(metric.name), &Number(*metric));
        }
    }
}

struct Number(Metric);

impl Value for Number {
    fn write(&self, writer: impl ValueWriter) {
        let unit = match self.0.unit {
            MetricUnit::Count => Unit::Count,
            MetricUnit::Seconds => Unit::Second(NegativeScale::One),
        };
        writer.metric([Observation::Unsigned(self.0.value)], unit, [], MetricFlags::empty());
    }
}
