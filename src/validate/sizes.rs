//! Sizes for the dimensions that a conversion leaves open.

use super::stacked::Stacked;
use crate::convert::Conversion;
use crate::ir::Dim;
use crate::lift::Dims;

/// Sizes for the dimensions that the conversion leaves open, and for the batch; two that the model takes are
/// enough. The file's own come first, and last where nothing is open.
pub(super) fn sizes_to_try(conversion: &Conversion) -> Vec<(Dims, Option<Stacked<'_>>)> {
    let stack = conversion.trace.stack.as_ref();
    let sizes = match stack.and_then(|stack| Some((stack.from, stack.to.as_ref()?))) {
        None => Vec::new(),
        Some((_, Dim::Fixed(size))) => vec![*size],
        Some((from, Dim::Symbol(_))) => vec![from, from + 2],
    };
    let batches: Vec<_> = sizes
        .into_iter()
        .filter_map(|size| {
            Some(Stacked {
                stack: stack?,
                size,
            })
        })
        .collect();
    let all = dims_to_try(conversion);
    match (batches.as_slice(), all.as_slice()) {
        ([], _) => all.into_iter().map(|dims| (dims, None)).collect(),
        (_, [dims]) => {
            let pair = |&batch| (dims.clone(), Some(batch));
            batches.iter().map(pair).collect()
        }
        _ => {
            let batches = batches.iter().map(|&batch| Some(batch)).cycle();
            all.into_iter().zip(batches).collect()
        }
    }
}

fn dims_to_try(conversion: &Conversion) -> Vec<Dims> {
    let ports = conversion.report().inputs.iter();
    let dims = ports.flat_map(|port| port.shape.dims().to_vec());
    let batch = conversion.trace.stack.as_ref();
    let batch = batch.and_then(|stack| stack.to.clone());
    let symbols: Vec<_> = dims
        .filter_map(|dim| match dim {
            Dim::Symbol(_) if Some(&dim) == batch.as_ref() => None,
            Dim::Symbol(symbol) => Some(symbol),
            Dim::Fixed(_) => None,
        })
        .collect();
    if symbols.is_empty() {
        return vec![Dims::Declared];
    }
    let bound = |size: usize| Dims::Bound(symbols.iter().map(|s| (s.clone(), size)).collect());
    let open = [2, 3, 7, 16, 64].map(bound);
    std::iter::once(Dims::Bound(Vec::new()))
        .chain(open)
        .collect()
}
