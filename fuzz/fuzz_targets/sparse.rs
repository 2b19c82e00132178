//! The decoder of sparse constants.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tfl2onnx::fuzzing::sparse(data));
