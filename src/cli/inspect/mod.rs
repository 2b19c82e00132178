//! `tfl2onnx inspect`: what a file says, and whether it would be converted.

mod json;
mod page;
mod table;
mod told;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use tfl2onnx::bundle::{self, Bundle};
use tfl2onnx::inspect::{Drawing, Inspection};
use tfl2onnx::metadata::{self, Metadata};
use tfl2onnx::{Converter, Error, Unwritten};

use super::args::{Source, single, usage};
use super::job::{Fault, Verb};
use super::output::Target;
use super::{Exit, deliver, input, summary};
pub(crate) use table::cut;

#[derive(Args, Debug)]
pub(crate) struct Asked {
    /// The TFLite model, or a bundle of models; `-` is the standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Everything as JSON, for programs
    #[arg(long)]
    json: bool,

    /// Draw the network: an SVG where FILE ends in .svg, Graphviz's language where it ends in .dot
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

/// How a network is drawn.
#[derive(Clone, Copy, Debug)]
enum Form {
    Svg,
    Dot,
}

/// What was found in a file.
struct Found {
    name: String,
    bytes: usize,
    /// The files of a bundle.
    bundle: Option<Bundle>,
    /// The file's model, or those of the bundle.
    models: Vec<Model>,
}

/// One model.
struct Model {
    /// Where it lies in the bundle.
    path: Option<String>,
    file: Result<Inspection, Error>,
    metadata: Result<Option<Metadata>, Error>,
    /// The files that it carries.
    associated: Result<Bundle, Error>,
    conversion: Result<Unwritten, Error>,
}

impl Found {
    fn read(name: String, bytes: &Bytes) -> Result<Self, Error> {
        let mut found = Found {
            name,
            bytes: bytes.len(),
            bundle: None,
            models: Vec::new(),
        };
        if !bundle::is_bundle(bytes) {
            // What is no model has nothing else to tell.
            Inspection::read(bytes)?;
            found.models.push(Model::read(None, bytes));
            return Ok(found);
        }
        let bundle = bundle::open(bytes)?;
        for file in bundle.models() {
            let path = Some(file.path().to_owned());
            found.models.push(Model::read(path, &file.read()?));
        }
        found.bundle = Some(bundle);
        Ok(found)
    }

    fn drawing(&self) -> Drawing {
        let mut drawing = Drawing::default();
        for model in &self.models {
            match (&model.path, &model.file) {
                (None, Ok(file)) => return file.drawing(),
                (Some(path), Ok(file)) => drawing.add(path, file.drawing()),
                (_, Err(_)) => {}
            }
        }
        drawing
    }
}

impl Model {
    fn read(path: Option<String>, tflite: &Bytes) -> Self {
        Model {
            path,
            file: Inspection::read(tflite),
            metadata: metadata::read(tflite),
            associated: bundle::associated(tflite),
            conversion: Converter::new().convert_source(&tflite.into()),
        }
    }
}

/// Prints what was asked for.
pub(crate) fn run(asked: &Asked) -> Result<Exit, clap::Error> {
    let graph = asked.graph.as_deref();
    let graph = graph.map(|path| drawing(&asked.input, path)).transpose()?;
    match steps(asked, graph) {
        Ok(()) => Ok(Exit::Fine),
        Err(fault) => {
            summary::faults(&fault, None);
            Ok(Exit::Refused)
        }
    }
}

fn steps(asked: &Asked, graph: Option<(Form, Target)>) -> Result<(), Fault> {
    let source = Source::of(&asked.input);
    let bytes = input::read(&source).map_err(|error| Fault::io(Verb::Read, &source, error))?;
    let found = bytes
        .bytes()
        .and_then(|bytes| Found::read(source.to_string(), &bytes));
    let found = found.map_err(Fault::Refused)?;
    if let Some((form, target)) = graph {
        let drawing = found.drawing();
        let text = match form {
            Form::Svg => drawing.svg(),
            Form::Dot => drawing.dot(),
        };
        deliver(
            &target,
            &mut |mut out| {
                out.write_all(text.as_bytes())?;
                out.flush()
            },
            None,
        )?;
    }
    let text = match asked.json {
        true => json::document(&found),
        false => page::page(&found, table::terminal_width()),
    };
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| Fault::io(Verb::Write, "standard output", error))
}

fn drawing(input: &Path, path: &Path) -> Result<(Form, Target), clap::Error> {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let form = match extension.to_ascii_lowercase().as_str() {
        "svg" => Form::Svg,
        "dot" | "gv" => Form::Dot,
        _ => return Err(usage("--graph takes a FILE that ends in .svg or in .dot")),
    };
    Ok((form, single(input, Some(path), extension)?.target))
}
