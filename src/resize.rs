//! Models at other sizes than their own: `--shape` and `--batch`.
//!
//! New shapes flow through the operators as they do after LiteRT's `resize_tensor_input`. Where the first axis
//! is a batch, constants that hold its size follow it ([`crate::batch`]).

use crate::batch::{Guide, Stack};
use crate::check::{Checked, Folding, check, check_batch};
use crate::error::{Error, ErrorKind};
use crate::ir::{Dim, Graph, Model, Shape, ValueId};
use crate::lift::{Dims, lift};
use crate::registry::Registry;
use crate::signature::Entry;
use crate::source::Source;

/// A model at the sizes that are asked for.
pub(crate) struct Resized {
    pub checked: Checked,
    /// How the file is entered to run what the batch is made of.
    pub entry: Entry,
    /// Where tensors hold the examples of another batch size.
    pub stack: Option<Stack>,
}

/// A file, and how it is entered.
pub(crate) struct Request<'a> {
    pub tflite: &'a Source,
    pub registry: &'a Registry,
    pub entry: &'a Entry,
    pub dims: &'a Dims,
}

/// The first axis of some inputs, and what is asked of it.
struct Batching {
    inputs: Vec<ValueId>,
    from: usize,
    to: Dim,
}

impl Request<'_> {
    fn lift(&self, entry: &Entry) -> Result<Model, Error> {
        lift(self.tflite, self.registry, entry, self.dims)
    }

    /// Lifts and checks the model. `seen` is shown it as it was lifted.
    ///
    /// # Errors
    /// What is wrong with the file, with the sizes, or with the two together.
    pub fn load(&self, seen: impl FnOnce(&Model)) -> Result<Resized, Error> {
        let (entry, model) = (self.entry, self.lift(self.entry)?);
        seen(&model);
        let plain = |model: Model| -> Result<Resized, Error> {
            Ok(Resized {
                checked: check(model, Folding::Remove)?,
                entry: entry.clone(),
                stack: None,
            })
        };
        if entry.batch.is_none() && entry.shapes.is_empty() {
            return plain(model);
        }
        let own = Entry {
            shapes: Vec::new(),
            ..entry.clone()
        };
        let own = lift(self.tflite, self.registry, &own, &Dims::Declared)?;
        let batching = match &entry.batch {
            Some(to) => Some(asked(own.main(), model.main(), to)?),
            None => implied(own.main(), model.main()),
        };
        let Some(batching) = batching.filter(|one| one.to != Dim::Fixed(one.from)) else {
            return plain(model);
        };
        match self.batch(&own, &batching) {
            // The interpreter takes shapes that mix what the first axis holds.
            Err(error) if entry.batch.is_none() => plain(model).map_err(|_| error),
            other => other,
        }
    }

    fn batch(&self, own: &Model, batching: &Batching) -> Result<Resized, Error> {
        let mut entry = self.entry.clone();
        for (asked, shape) in &mut entry.shapes {
            // The same names as when the shapes were given; what is not found was refused there.
            let input = batching.inputs.iter().find(|&&id| {
                let index = asked.strip_prefix('#').and_then(|n| n.parse().ok());
                *own.main().value(id).name == **asked || index == Some(id.index())
            });
            if input.is_some() {
                *shape = with_first(shape, Dim::Fixed(batching.from));
            }
        }
        entry.batch = None;
        let at = |dim: &Dim| -> Result<Model, Error> {
            let mut model = self.lift(&entry)?;
            let main = model.main.0;
            for &id in &batching.inputs {
                let value = model.graphs[main].value_mut(id);
                value.shape = with_first(&value.shape, dim.clone());
            }
            Ok(model)
        };
        let base = check(at(&Dim::Fixed(batching.from))?, Folding::Keep)?;
        let (from, to) = (batching.from, batching.to.clone());
        let guide = Guide::new(base.model().main(), from, to, &batching.inputs);
        let (checked, stack) = check_batch(at(&batching.to)?, guide)?;
        Ok(Resized {
            checked,
            entry,
            stack: Some(stack),
        })
    }
}

fn with_first(shape: &Shape, dim: Dim) -> Shape {
    let rest = shape.dims().iter().skip(1).cloned();
    std::iter::once(dim).chain(rest).collect()
}

/// What `--batch` means: the first axis of every input that has more than one. Vectors and scalars are
/// parameters.
fn asked(own: &Graph, model: &Graph, to: &Dim) -> Result<Batching, Error> {
    let first = |id: &ValueId| own.value(*id).shape[0].fixed().unwrap_or(1);
    let wide = own
        .inputs
        .iter()
        .filter(|id| own.value(**id).shape.rank() > 1);
    let inputs: Vec<ValueId> = wide.copied().collect();
    let refused = |what: String, advice: &'static str| {
        Err(Error::new(ErrorKind::Unsupported, what).advice(advice))
    };
    let Some(from) = inputs.first().map(first) else {
        let what = "no input has a batch: all are vectors or scalars".into();
        return refused(what, "--shape NAME=DIM,... gives one of them another size");
    };
    if inputs.iter().any(|id| first(id) != from) || from == 0 {
        let list = inputs.iter().map(|&id| {
            let value = own.value(id);
            format!("{:?} {}", value.name, value.shape)
        });
        let list: Vec<String> = list.collect();
        let what = format!("the inputs do not agree on a batch: {}", list.join(", "));
        return refused(what, "--shape NAME=DIM,... says which are to change");
    }
    for &id in &inputs {
        let value = model.value(id);
        let has = &value.shape[0];
        if has.fixed().is_some_and(|n| n != from) && has != to {
            let what = format!(
                "input {:?} is to be {}, and the batch {to}",
                value.name, value.shape
            );
            return refused(what, "leave one of them out");
        }
    }
    Ok(Batching {
        inputs,
        from,
        to: to.clone(),
    })
}

/// The batch that new shapes imply: inputs whose first axis changes, all in the same way.
fn implied(own: &Graph, model: &Graph) -> Option<Batching> {
    let mut found: Option<Batching> = None;
    for &id in &own.inputs {
        let (was, is) = (&own.value(id).shape, &model.value(id).shape);
        if was.rank() == 0 || was[0] == is[0] || is.rank() != was.rank() {
            continue;
        }
        let from = was[0].fixed().filter(|&n| n > 0)?;
        let batching = found.get_or_insert_with(|| Batching {
            inputs: Vec::new(),
            from,
            to: is[0].clone(),
        });
        if batching.from != from || batching.to != is[0] {
            return None;
        }
        batching.inputs.push(id);
    }
    found
}
