//! The reader of custom operators' options: everything that can be reached is read.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tfl2onnx::fuzzing::flexbuffer(data));
