//! Cutting: which operators stand between the tensors that are asked for.
//!
//! Decided on the file's indices, before any operator is read: what is cut away need not be supported.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::ir::{Dim, Shape};
use crate::nearest::nearest;
use crate::signature::Entry;
use crate::tflite::schema;

/// What is left of a subgraph.
#[derive(Debug)]
pub(super) struct Section {
    /// Indices of the input tensors.
    pub inputs: Vec<usize>,
    /// Indices of the output tensors.
    pub outputs: Vec<usize>,
    /// Which operators are needed.
    pub kept: Vec<bool>,
}

/// The file's subgraph, as far as cutting looks at it.
pub(super) struct Whole<'a> {
    /// Every tensor's name.
    pub names: &'a [Arc<str>],
    /// Tensors that are constant.
    pub constants: &'a HashSet<usize>,
    pub inputs: &'a [usize],
    pub outputs: &'a [usize],
    pub operators: Vec<schema::Operator<'a>>,
}

/// Cuts a subgraph at the tensors that are asked for.
///
/// # Errors
/// Names that are not there, outputs that the inputs do not decide, inputs that decide nothing: all at once.
pub(super) fn cut(whole: &Whole<'_>, entry: &Entry) -> Result<Section, Error> {
    let mut findings = Vec::new();
    let inputs = named(whole, &entry.inputs, whole.inputs, "input", &mut findings);
    let outputs = named(
        whole,
        &entry.outputs,
        whole.outputs,
        "output",
        &mut findings,
    );
    for &index in inputs
        .iter()
        .filter(|index| whole.constants.contains(index))
    {
        let name = &whole.names[index];
        findings.push(fault(format!("input {name:?} is a constant of the file")));
    }
    if let Some(error) = Error::gather(findings) {
        return Err(error);
    }
    let reach = Reach::of(whole, entry, &inputs, &outputs)?;
    Ok(Section {
        inputs: inputs
            .into_iter()
            .filter(|input| reach.used.contains(input))
            .collect(),
        outputs,
        kept: reach.kept,
    })
}

/// What the outputs of a cut depend on.
struct Reach {
    /// The inputs among it.
    used: HashSet<usize>,
    /// For each operator of the subgraph: is it among it?
    kept: Vec<bool>,
}

impl Reach {
    fn of(
        whole: &Whole<'_>,
        entry: &Entry,
        inputs: &[usize],
        outputs: &[usize],
    ) -> Result<Self, Error> {
        let past = Past::of(whole, inputs);
        let mut kept = vec![false; whole.operators.len()];
        let mut used = HashSet::new();
        let mut findings = Vec::new();
        let mut missing: HashMap<usize, Vec<usize>> = HashMap::new();
        for &output in outputs {
            let reached = past.reach(output, &mut kept);
            let given = inputs.iter().filter(|input| reached.contains(input));
            let given: Vec<usize> = given.copied().collect();
            for &input in whole.inputs {
                if reached.contains(&input) && !inputs.contains(&input) {
                    missing.entry(input).or_default().push(output);
                }
            }
            if given.is_empty() && !(entry.inputs.is_empty() && whole.outputs.contains(&output)) {
                let what = match entry.inputs.is_empty() {
                    true => "depends on no input of the model",
                    false => "depends on none of the given inputs",
                };
                findings.push(fault(format!("output {:?} {what}", whole.names[output])));
            }
            used.extend(given);
        }
        findings.extend(undecided(whole, &missing));
        // Who names an input wants it; the file's own go where nothing reads them.
        let idle = inputs.iter().filter(|input| !used.contains(input));
        for &input in idle.filter(|_| !entry.inputs.is_empty()) {
            let what = format!("no output depends on the input {:?}", whole.names[input]);
            findings.push(fault(what));
        }
        match Error::gather(findings) {
            Some(error) => Err(error),
            None => Ok(Reach { used, kept }),
        }
    }
}

/// Complaints about the model's own inputs that are not given, each with the outputs that still depend on it.
fn undecided<'w>(
    whole: &'w Whole<'_>,
    missing: &'w HashMap<usize, Vec<usize>>,
) -> impl Iterator<Item = Error> + 'w {
    whole.inputs.iter().filter_map(move |input| {
        let outputs = list(whole, missing.get(input)?);
        let what = format!(
            "the model's own input {:?} is not among the given ones, and still decides {outputs}",
            whole.names[*input]
        );
        Some(fault(what).advice("name it too, or tensors further on"))
    })
}

fn fault(what: String) -> Error {
    Error::new(ErrorKind::Unsupported, what)
}

fn list(whole: &Whole<'_>, tensors: &[usize]) -> String {
    let names = tensors
        .iter()
        .map(|&index| format!("{:?}", whole.names[index]));
    names.collect::<Vec<_>>().join(", ")
}

/// The tensors that are asked for, or the file's own.
fn named(
    whole: &Whole<'_>,
    asked: &[String],
    own: &[usize],
    what: &str,
    findings: &mut Vec<Error>,
) -> Vec<usize> {
    if asked.is_empty() {
        return own.to_vec();
    }
    let computed = (0..whole.names.len()).filter(|index| !whole.constants.contains(index));
    let near: Vec<Arc<str>> = computed.map(|index| whole.names[index].clone()).collect();
    let mut found = Vec::new();
    for name in asked {
        match find(name, whole.names, &near, what) {
            Ok(index) if found.contains(&index) => {
                findings.push(fault(format!("{what} {name:?} is named twice")));
            }
            Ok(index) => found.push(index),
            Err(error) => findings.push(error),
        }
    }
    found
}

/// What computes each tensor, up to the inputs.
struct Past<'a> {
    whole: &'a Whole<'a>,
    producers: HashMap<usize, usize>,
}

impl<'a> Past<'a> {
    fn of(whole: &'a Whole<'a>, inputs: &[usize]) -> Self {
        let mut producers = HashMap::new();
        for (op, operator) in whole.operators.iter().enumerate() {
            let results = operator.outputs().into_iter().flatten();
            for result in results.filter_map(|index| usize::try_from(index).ok()) {
                if !inputs.contains(&result) && !whole.inputs.contains(&result) {
                    producers.insert(result, op);
                }
            }
        }
        Past { whole, producers }
    }

    /// Every tensor that a tensor depends on, itself included; notes the operators on the way.
    fn reach(&self, tensor: usize, kept: &mut [bool]) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut queue = vec![tensor];
        while let Some(tensor) = queue.pop() {
            if !reached.insert(tensor) {
                continue;
            }
            let Some(&op) = self.producers.get(&tensor) else {
                continue;
            };
            kept[op] = true;
            let operands = self.whole.operators[op].inputs().into_iter().flatten();
            queue.extend(operands.filter_map(|index| usize::try_from(index).ok()));
        }
        reached
    }
}

/// The tensor that a name, or `#` and an index, asks for. A name that is there wins.
pub(super) fn find(
    asked: &str,
    names: &[Arc<str>],
    near: &[Arc<str>],
    what: &str,
) -> Result<usize, Error> {
    if let Some(index) = names.iter().position(|name| **name == *asked) {
        return Ok(index);
    }
    let index: Option<usize> = asked.strip_prefix('#').and_then(|n| n.parse().ok());
    if let Some(index) = index {
        let there = index < names.len();
        let count = names.len();
        let miss = || fault(format!("{what} {asked}: there are {count} tensors"));
        return there.then_some(index).ok_or_else(miss);
    }
    let error = fault(format!("{what} {asked:?}: no tensor has this name"));
    let close = nearest(asked, near.iter().map(|name| &**name));
    let close: Vec<String> = close.iter().map(|name| format!("{name:?}")).collect();
    Err(match close.is_empty() {
        true => error,
        false => error.advice(format!("did you mean {}?", close.join(" or "))),
    })
}

/// A shape in place of an input's own, which has as many dimensions.
pub(super) fn reshaped(name: &str, own: &Shape, asked: &Shape) -> Result<Shape, Error> {
    if own.rank() != asked.rank() {
        let what = format!("input {name:?} has the shape {own}, and {asked} has another rank");
        return Err(fault(what));
    }
    if asked.dims().contains(&Dim::Fixed(0)) {
        return Err(fault(format!("input {name:?}: {asked} has no elements")));
    }
    Ok(asked.clone())
}
