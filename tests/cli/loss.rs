//! Nothing is lost: whatever stops the program, the old file is whole and nothing else lies beside it.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{exits, names, program, stderr, text};

/// `DEPTH` × `UNITS` floats from `OFFSET` on (fixtures/make/large.py).
const HEAD: &str = "fixtures/large/fully_connected.head";
const OFFSET: u64 = 1 << 16;
const SIZE: u64 = 8192 * 6144 * 4;

const QUIET: [&str; 2] = ["-q", "--no-validate"];

/// A directory with a model of 201 MB, which takes no room on the disk, and an old output.
fn large() -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let model = dir.path().join("model.tflite");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(HEAD), &model).expect("copied");
    let file = File::options().write(true).open(&model);
    file.and_then(|file| file.set_len(OFFSET + SIZE))
        .expect("lengthened");
    let out = dir.path().join("out.onnx");
    fs::write(&out, "of old").expect("written");
    (dir, model, out)
}

fn is_old(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes == b"of old")
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).expect("there").len()
}

/// Runs the program and sends it a signal after a while.
fn signalled(signal: &str, after: u64, args: &[&str]) -> Output {
    let mut command = program();
    let child = command
        .args(QUIET)
        .args(args)
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    std::thread::sleep(Duration::from_millis(after));
    let kill = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .output();
    kill.expect("there is a kill");
    child.wait_with_output().expect("ends")
}

#[test]
fn an_interrupted_run_leaves_the_old_file() {
    let (dir, model, out) = large();
    let mut interrupted = 0;
    for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
        for after in [0, 10, 40, 120, 300] {
            let output = signalled(signal, after, &[text(&model), text(&out)]);
            match output.status.signal() {
                Some(found) => {
                    assert_eq!(found, number);
                    assert!(is_old(&out), "{signal} after {after} ms");
                    interrupted += 1;
                }
                None => {
                    assert!(output.status.success(), "{}", stderr(&output));
                    assert!(length(&out) > SIZE, "{signal} after {after} ms");
                    fs::write(&out, "of old").expect("written");
                }
            }
            assert_eq!(
                names(dir.path()),
                ["model.tflite", "out.onnx"],
                "{signal} after {after} ms"
            );
        }
    }
    assert!(
        interrupted >= 2,
        "{interrupted} of the runs were interrupted"
    );
}

#[test]
fn an_interrupted_run_leaves_two_old_files_or_two_new_ones() {
    let (dir, model, out) = large();
    let data = dir.path().join("out.onnx.data");
    fs::write(&data, "of old").expect("written");
    for after in [0, 30, 100, 250] {
        let output = signalled(
            "-TERM",
            after,
            &["--external-data", text(&model), text(&out)],
        );
        let new = (length(&data) == SIZE, !is_old(&out));
        assert_eq!(new.0, new.1, "after {after} ms: {:?}", output.status);
        assert_eq!(
            new.0 || is_old(&data),
            is_old(&out) || new.1,
            "after {after} ms"
        );
        assert_eq!(
            names(dir.path()),
            ["model.tflite", "out.onnx", "out.onnx.data"]
        );
        fs::write(&out, "of old").expect("written");
        fs::write(&data, "of old").expect("written");
    }
}

#[test]
fn a_limit_on_file_sizes_is_an_error() {
    let (dir, model, out) = large();
    let limited = |args: &[&str]| {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "ulimit -f 2000; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_tfl2onnx"),
        ]);
        let output = command.args(QUIET).args(args).output().expect("started");
        assert_eq!(output.status.code(), Some(1), "{:?}", output.status);
        assert!(
            stderr(&output).starts_with("error: cannot write "),
            "{}",
            stderr(&output)
        );
        assert!(is_old(&out));
        assert_eq!(names(dir.path()), ["model.tflite", "out.onnx"]);
    };
    limited(&[text(&model), text(&out)]);
    limited(&["--external-data", text(&model), text(&out)]);
}

/// A file system of one megabyte, until it is dropped.
struct Small(TempDir);

impl Small {
    /// `None` where mounting is not permitted.
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().expect("a directory");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs", text(dir.path())]);
        match command.output() {
            Ok(output) if output.status.success() => Some(Small(dir)),
            _ => {
                eprintln!("mounting is not permitted here: not tested");
                None
            }
        }
    }

    fn make_read_only(&self) {
        let mut command = Command::new("mount");
        let mounted = command
            .args(["-o", "remount,ro", text(self.0.path())])
            .output();
        assert!(mounted.expect("started").status.success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_or_read_only_file_system_keeps_the_old_file() {
    let Some(small) = Small::mount() else { return };
    let (_dir, model, _) = large();
    let folder = small.0.path();
    let out = folder.join("out.onnx");
    fs::write(&out, "of old").expect("written");
    let check = |why: &str| {
        for extra in [&[][..], &["--external-data"]] {
            let args = [&QUIET[..], extra, &[text(&model), text(&out)]].concat();
            let said = exits(1, &args);
            assert!(
                said.starts_with("error: cannot write ") && said.contains(why),
                "{said}"
            );
            assert!(is_old(&out));
            assert_eq!(names(folder), ["out.onnx"]);
        }
    };
    check("No space left");
    small.make_read_only();
    check("Read-only");
}

/// The program waits in the middle of its output, a pipe, while the model is changed.
fn changed(change: &dyn Fn(&File)) -> Output {
    let (dir, model, _) = large();
    let pipe = dir.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is a mkfifo").success());
    let mut command = program();
    command
        .args(QUIET)
        .args([&model, &pipe])
        .stderr(Stdio::piped());
    let child = command.spawn().expect("started");
    let mut written = File::open(&pipe).expect("opened");
    written.read_exact(&mut [0; 4096]).expect("the first bytes");
    std::thread::sleep(Duration::from_millis(20));
    change(&File::options().write(true).open(&model).expect("writable"));
    std::io::copy(&mut written, &mut std::io::sink()).expect("the rest");
    child.wait_with_output().expect("ends")
}

#[test]
fn a_model_that_changes_meanwhile_is_an_error() {
    let shortened = changed(&|file| file.set_len(SIZE / 2).expect("shortened"));
    let altered = changed(&|mut file| {
        std::io::Write::write_all(&mut file, b"other").expect("written");
    });
    for output in [shortened, altered] {
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{:?}: {said}", output.status);
        assert!(
            said.starts_with("error: the model could not be read to its end"),
            "{said}"
        );
    }
}
