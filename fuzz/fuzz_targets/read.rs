//! The reader: from bytes to the checked intermediate representation.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tfl2onnx::fuzzing::read(data));
