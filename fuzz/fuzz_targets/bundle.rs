//! Bundles and what hangs on a model: archives inside archives, associated files, metadata.
#![no_main]

use bytes::Bytes;
use tfl2onnx::{bundle, metadata};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let data = Bytes::copy_from_slice(data);
    for bundle in [bundle::open(&data), bundle::associated(&data)]
        .into_iter()
        .flatten()
    {
        for file in bundle.files() {
            let _ = file.read();
        }
    }
    let _ = metadata::read(&data);
});
