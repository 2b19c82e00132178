//! The `tfl2onnx` command. Everything it does goes through the library's public surface.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
