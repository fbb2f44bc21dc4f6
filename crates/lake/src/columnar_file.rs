//! A Parquet file whose row groups are encoded by several threads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::LakeError;

/// A file that is being written.
pub struct ColumnarFile {
    writer: SerializedFileWriter<BufWriter<File>>,
    encoder: Encoder,
    /// The number of the next row group, and those behind it that are ready already.
    next: usize,
    ready: BTreeMap<usize, Option<RowGroup>>,
}

/// Encodes row groups; every thread may have one.
#[derive(Clone)]
pub struct Encoder {
    factory: Arc<ArrowRowGroupWriterFactory>,
    schema: SchemaRef,
}

/// An encoded row group.
pub struct RowGroup(Vec<ArrowColumnChunk>);

impl ColumnarFile {
    /// Starts a file. `unlike` are columns whose values are mostly different, so that a dictionary of them is no gain.
    pub fn create(file: File, schema: SchemaRef, unlike: &[&str]) -> Result<Self, LakeError> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for column in unlike {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(*column), false);
        }
        let options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(BufWriter::new(file), Arc::clone(&schema), options)?;
        let (writer, factory) = writer.into_serialized_writer()?;
        let encoder = Encoder { factory: Arc::new(factory), schema };
        Ok(Self { writer, encoder, next: 0, ready: BTreeMap::new() })
    }

    /// What encodes row groups for it.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        self.encoder.clone()
    }

    /// Takes the row group of a number, counted from 0; none when it has no rows. Row groups may come in any order and
    /// stand in that of their numbers.
    pub fn take(&mut self, number: usize, group: Option<RowGroup>) -> Result<(), LakeError> {
        self.ready.insert(number, group);
        while let Some(group) = self.ready.remove(&self.next) {
            self.next += 1;
            let Some(RowGroup(chunks)) = group else { continue };
            let mut open = self.writer.next_row_group()?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut open)?;
            }
            open.close()?;
        }
        Ok(())
    }

    /// Ends the file. Gives its size in bytes.
    pub fn finish(self) -> Result<u64, LakeError> {
        let mut writer = self.writer;
        writer.finish()?;
        let bytes = writer.bytes_written() as u64;
        std::io::Write::flush(writer.inner_mut())?;
        Ok(bytes)
    }
}

impl Encoder {
    /// Encodes rows as the row group of this number.
    pub fn encode(&self, number: usize, rows: &[RecordBatch]) -> Result<RowGroup, LakeError> {
        let mut writers = self.factory.create_column_writers(number)?;
        for batch in rows {
            let mut next = writers.iter_mut();
            for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
                for leaf in compute_leaves(field, column)? {
                    if let Some(writer) = next.next() {
                        writer.write(&leaf)?;
                    }
                }
            }
        }
        Ok(RowGroup(writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>()?))
    }
}
