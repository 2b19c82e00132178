//! What an input consists of: one model, or those of a bundle, and of each one or all signatures.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use tfl2onnx::Source as Tflite;
use tfl2onnx::bundle::{self, Bundle, Kind};

use super::args::{Convert, Job, Plan, Source};
use super::input;
use super::job::{Fault, Verb};
use super::output::Target;

/// What `--signature` takes for every signature.
const ALL: &str = "all";

/// An input, opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub models: Vec<Model>,
    /// The bundle that they are from.
    pub listing: Option<Listing>,
}

/// A model to convert.
#[derive(Debug)]
pub(crate) struct Model {
    /// The input, and within a bundle the name of the entry.
    pub label: String,
    pub content: Content,
    pub target: Target,
    /// Directory for the target; it is made when the target is written.
    pub dir: Option<PathBuf>,
    /// Where its associated files go.
    pub files: Option<PathBuf>,
}

/// The bytes of a model, unpacked when they are needed.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Whole(Tflite),
    Packed(bundle::File),
}

impl Content {
    pub fn read(&self) -> Result<Tflite, Fault> {
        match self {
            Content::Whole(tflite) => Ok(tflite.clone()),
            Content::Packed(file) => file.read().map(Tflite::from).map_err(Fault::Refused),
        }
    }
}

/// A conversion of a model: the signature, and where its ONNX file goes.
#[derive(Debug)]
pub(crate) struct Part {
    pub signature: Option<String>,
    pub target: Target,
}

/// What a bundle holds.
#[derive(Debug)]
pub(crate) struct Listing {
    pub input: String,
    pub input_bytes: u64,
    pub rows: Vec<Row>,
}

/// A file in a bundle.
#[derive(Debug)]
pub(crate) struct Row {
    pub path: String,
    pub kind: Kind,
    pub bytes: u64,
    /// The label of the model, where it is one.
    pub label: Option<String>,
}

/// Reads an input and says what is to be converted.
pub(crate) fn open(asked: &Convert, plan: &Plan, job: &Job) -> Result<Opened, Fault> {
    let source =
        input::read(&job.source).map_err(|error| Fault::io(Verb::Read, &job.source, error))?;
    let alone = plan.jobs.len() == 1;
    let extract = asked.extract_metadata.as_deref();
    if !source.is_bundle() {
        let model = Model {
            label: job.source.to_string(),
            content: Content::Whole(source),
            target: job.target.clone(),
            dir: plan.out_dir.clone(),
            files: extract.map(|dir| match alone {
                true => dir.to_owned(),
                false => dir.join(stem(&job.source)),
            }),
        };
        return Ok(Opened {
            models: vec![model],
            listing: None,
        });
    }
    let bundle = source.bytes().and_then(|bytes| bundle::open(&bytes));
    let bundle = bundle.map_err(Fault::Refused)?;
    let under = |dir: &Path| match alone {
        true => dir.to_owned(),
        false => dir.join(stem(&job.source)),
    };
    let names = names(&bundle);
    let mut models = Vec::new();
    for (file, name) in bundle.models().zip(&names) {
        let (target, dir) = match &plan.out_dir {
            Some(out_dir) => {
                let path = under(out_dir).join(name).with_extension_added("onnx");
                let dir = path.parent().map(Path::to_owned);
                (Target::File(path), dir)
            }
            None => (job.target.clone(), None),
        };
        let files = extract.map(|dir| match alone && names.len() == 1 {
            true => dir.to_owned(),
            false => under(dir).join(name),
        });
        models.push(Model {
            label: label(&job.source, file.path()),
            content: Content::Packed(file.clone()),
            target,
            dir,
            files,
        });
    }
    refuse_one_output(plan, &bundle, &models)?;
    let listing = Listing {
        input: job.source.to_string(),
        input_bytes: source.len(),
        rows: rows(&job.source, &bundle),
    };
    Ok(Opened {
        models,
        listing: Some(listing),
    })
}

trait WithExtensionAdded {
    /// The path with an extension behind whatever it has.
    fn with_extension_added(self, extension: &str) -> PathBuf;
}

impl WithExtensionAdded for PathBuf {
    fn with_extension_added(self, extension: &str) -> PathBuf {
        let mut name = self.into_os_string();
        name.push(".");
        name.push(extension);
        name.into()
    }
}

/// Several models need a directory, and have no common drawing.
fn refuse_one_output(plan: &Plan, bundle: &Bundle, models: &[Model]) -> Result<(), Fault> {
    if models.len() < 2 {
        return Ok(());
    }
    let what = match (&plan.out_dir, &plan.dot) {
        (None, _) => "say where their files go with --out-dir DIR",
        (_, Some(_)) => "--dot takes one model, since it writes one graph",
        _ => return Ok(()),
    };
    let paths: Vec<&str> = bundle.models().map(bundle::File::path).collect();
    Err(Fault::Asked(format!(
        "the bundle holds {} models: {what} ({})",
        models.len(),
        paths.join(", ")
    )))
}

fn rows(source: &Source, bundle: &Bundle) -> Vec<Row> {
    let row = |file: &bundle::File| Row {
        path: file.path().to_owned(),
        kind: file.kind(),
        bytes: file.size(),
        label: (file.kind() == Kind::Model).then(|| label(source, file.path())),
    };
    bundle.files().iter().map(row).collect()
}

fn label(source: &Source, path: &str) -> String {
    format!("{source}/{path}")
}

/// The name of an input without its extension.
fn stem(source: &Source) -> PathBuf {
    match source {
        Source::Stdin => "stdin".into(),
        Source::File(path) => path.file_stem().map_or_else(PathBuf::new, PathBuf::from),
    }
}

/// Relative paths for the models of a bundle, without extension. A nested bundle is a folder of its name
/// without extension. Where two models would have one path, also where file systems do not tell capitals
/// from small letters, the later one gets a number.
fn names(bundle: &Bundle) -> Vec<String> {
    let nested = |path: &str| {
        let mut files = bundle.files().iter();
        files.any(|file| file.kind() == Kind::Bundle && file.path() == path)
    };
    let mut taken = HashSet::new();
    let name = |file: &bundle::File| {
        let path = file.path();
        let mut name = String::new();
        for (start, part) in parts(path) {
            let whole = &path[..start + part.len()];
            let last = whole.len() == path.len();
            if !name.is_empty() {
                name.push('/');
            }
            name.push_str(match last || nested(whole) {
                true => without_extension(part),
                false => part,
            });
        }
        unique(name, &mut taken)
    };
    bundle.models().map(name).collect()
}

/// The parts of a path, with where each begins.
fn parts(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    path.split('/').map(move |part| {
        let begins = start;
        start += part.len() + 1;
        (begins, part)
    })
}

fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The name, or the name with a number behind it.
fn unique(wanted: String, taken: &mut HashSet<String>) -> String {
    let mut name = wanted.clone();
    let mut suffix = 1usize;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{wanted}_{suffix}");
        suffix += 1;
    }
    name
}

/// The conversions that are asked for of a model: of the signature that is named, or of each.
pub(crate) fn signatures(
    asked: &Convert,
    model: &Model,
    tflite: &Tflite,
) -> Result<Vec<Part>, Fault> {
    let one = |signature: Option<String>| Part {
        signature,
        target: model.target.clone(),
    };
    if asked.signature.as_deref() != Some(ALL) {
        return Ok(vec![one(asked.signature.clone())]);
    }
    let found = tflite.signatures().map_err(Fault::Refused)?;
    if found.is_empty() {
        return Ok(vec![one(None)]);
    }
    let path = match &model.target {
        Target::File(path) => path,
        Target::Stdout if found.len() == 1 => {
            return Ok(found.into_iter().map(|only| one(Some(only.key))).collect());
        }
        Target::Stdout => {
            return Err(Fault::Asked(format!(
                "the model has {} signatures, and the standard output takes one file",
                found.len()
            )));
        }
    };
    let mut taken = HashSet::new();
    let part = |signature: tfl2onnx::Signature| {
        let name = unique(as_file_name(&signature.key), &mut taken);
        let extension = path.extension().map(|extension| extension.to_owned());
        let mut target = path.with_extension("").with_extension_added(&name);
        if let Some(extension) = extension {
            target = target.with_extension_added(&extension.to_string_lossy());
        }
        Part {
            signature: Some(signature.key),
            target: Target::File(target),
        }
    };
    Ok(found.into_iter().map(part).collect())
}

/// A signature's key with nothing in it that means something in a path.
fn as_file_name(key: &str) -> String {
    let plain = |c: char| match c.is_alphanumeric() || matches!(c, '_' | '-' | '.') {
        true => c,
        false => '_',
    };
    match key.is_empty() {
        true => "_".into(),
        false => key.chars().map(plain).collect(),
    }
}
