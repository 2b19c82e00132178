//! Pages say what is so. What the program writes is what it writes now (`BLESS=1 cargo test --test docs`
//! rewrites it), quotations are what the file says, links lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every page a reader may start from.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("the folder is there");
    let mut pages: Vec<PathBuf> = docs.map(|entry| entry.expect("readable").path()).collect();
    pages.extend(["README.md", "CHANGELOG.md", "fixtures/README.md"].map(|page| root().join(page)));
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

#[cfg(feature = "cli")]
#[test]
fn the_table_of_operators_is_current() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tfl2onnx"))
        .args(["ops", "--markdown"])
        .output()
        .expect("the program starts");
    assert!(output.status.success());
    let path = root().join("docs/operators.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &output.stdout).expect("written");
        return;
    }
    assert!(
        fs::read(&path).unwrap_or_default() == output.stdout,
        "docs/operators.md is not what `tfl2onnx ops --markdown` writes; BLESS=1 cargo test --test docs writes it"
    );
}

#[test]
fn quotations_are_what_the_file_says() {
    let page = read("docs/adding-an-operator.md");
    for (fence, source) in [
        ("```rust\n", "src/ops/reduce/cumsum.rs"),
        ("```python\n", "fixtures/make/ops/indexing.py"),
    ] {
        let source = read(source);
        let quotations = page.split(fence).skip(1);
        let quotations: Vec<&str> = quotations
            .filter_map(|rest| rest.split("```").next())
            .collect();
        assert!(!quotations.is_empty(), "nothing is quoted after {fence:?}");
        for quotation in quotations {
            assert!(source.contains(quotation), "not in the file:\n{quotation}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("readable");
        let folder = page.parent().unwrap_or(root());
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            let outside = target.is_empty() || target.contains("://");
            if !outside && !folder.join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
