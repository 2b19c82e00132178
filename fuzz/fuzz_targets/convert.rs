//! The whole conversion, in both declared layouts. Validation is left out: it executes what was converted.
#![no_main]

use tfl2onnx::Converter;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for channels_first in [false, true] {
        let _ = Converter::new()
            .channels_first(channels_first)
            .convert(data);
    }
});
