//! The whole conversion, in both declared layouts, in one of them with all state carried. Validation is left out: it executes what was converted.
#![no_main]

use tfl2onnx::{Converter, States};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for (channels_first, states) in [(false, States::Carried), (true, States::All)] {
        let _ = Converter::new()
            .channels_first(channels_first)
            .states(states)
            .convert(data);
    }
});
