//! The `tfl2onnx` command.

fn main() -> std::process::ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let nchw = args.iter().any(|a| a == "--nchw");
    args.retain(|a| !a.starts_with("--"));
    let bytes = std::fs::read(&args[0]).expect("readable");
    match tfl2onnx::Converter::new()
        .channels_first(nchw)
        .convert(&bytes)
    {
        Ok(done) => {
            eprintln!("{:?}", done.report());
            std::fs::write(&args[1], done.bytes()).expect("writable");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
