//! Reading a model: as it is looked at where it is a file, whole where it is a stream.

use std::fs::File;
use std::io::{self, Read};

use tfl2onnx::Source as Model;

use super::args::Source;

/// The model. A large file stays open, and what of it is not needed is not read.
pub(crate) fn read(source: &Source) -> io::Result<Model> {
    match source {
        Source::Stdin => read_all(&mut io::stdin().lock()),
        Source::File(path) => {
            let mut file = File::open(path)?;
            let meta = file.metadata()?;
            match meta.is_file() {
                true => Model::part(file, 0..meta.len()),
                false => read_all(&mut file),
            }
        }
    }
}

fn read_all(stream: &mut dyn Read) -> io::Result<Model> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
