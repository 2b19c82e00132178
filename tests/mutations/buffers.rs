//! Constants in places where no converter puts them.

use std::collections::HashSet;

use tfl2onnx::testing::schema::{Buffer, ModelT, root_as_model};

use super::packed;
use super::random::Random;

/// The same model with its constants behind the flatbuffer, none of them aligned to anything.
pub fn misaligned(model: &ModelT) -> Option<Vec<u8>> {
    outside(model, |end| end | 1)
}

/// Constants behind the flatbuffer that begin within each other.
pub fn overlapping_behind(model: &ModelT, seed: u64) -> Option<Vec<u8>> {
    let mut random = Random(seed);
    outside(model, move |end| {
        // Offsets of 0 and 1 stand for contents in the flatbuffer.
        end.saturating_sub(random.of(&[1, 3, 4, 16, 64, 1 << 20]))
            .max(2)
    })
}

/// Moves the constants behind the flatbuffer, each to where `place` puts it, given the end of those before it.
fn outside(model: &ModelT, mut place: impl FnMut(usize) -> usize) -> Option<Vec<u8>> {
    let mut model = model.clone();
    let graphs = model.subgraphs.iter().flatten();
    let tensors = graphs.flat_map(|graph| graph.tensors.iter().flatten());
    let constants: HashSet<usize> = tensors.map(|tensor| tensor.buffer as usize).collect();
    let mut moved = Vec::new();
    for (index, buffer) in model.buffers.as_mut()?.iter_mut().enumerate() {
        if !constants.contains(&index) || buffer.data.as_ref().is_none_or(Vec::is_empty) {
            continue;
        }
        let Some(data) = buffer.data.take() else {
            continue;
        };
        // Numbers that are not the default, so that the flatbuffer keeps its size when they are known.
        (buffer.offset, buffer.size_) = (u64::MAX, data.len() as u64);
        moved.push((index, data));
    }
    if moved.is_empty() {
        return None;
    }
    let mut file = packed(&model);
    let start = file.len();
    for (index, data) in moved {
        let at = place(file.len());
        model.buffers.as_mut()?.get_mut(index)?.offset = at as u64;
        file.resize(file.len().max(at + data.len()), 0);
        file[at..at + data.len()].copy_from_slice(&data);
    }
    let head = packed(&model);
    assert_eq!(head.len(), start);
    file[..start].copy_from_slice(&head);
    Some(file)
}

/// The contents of one buffer begin within those of another, in the flatbuffer itself.
pub fn overlapping_inside(data: &[u8], seed: u64) -> Option<Vec<u8>> {
    let model = root_as_model(data).ok()?;
    let buffers = model.buffers()?;
    let filled: Vec<Buffer<'_>> = buffers
        .iter()
        .filter(|buffer| buffer.data().is_some_and(|data| !data.is_empty()))
        .collect();
    let mut random = Random(seed);
    if filled.len() < 2 {
        return None;
    }
    let (one, other) = (
        filled[random.below(filled.len())],
        filled[random.below(filled.len())],
    );
    // What is stored is the distance from the field to the vector, which begins with its length.
    let field = |buffer: Buffer<'_>| {
        let table = buffer._tab;
        table.loc() + usize::from(table.vtable().get(Buffer::VT_DATA))
    };
    let distance =
        |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().expect("four bytes")) as usize;
    let (from, to) = (field(one), field(other));
    let target = to + distance(to) + 4 * random.below(1 + other.data()?.len() / 4);
    let mut damaged = data.to_vec();
    let distance = u32::try_from(target.checked_sub(from)?).ok()?;
    damaged[from..from + 4].copy_from_slice(&distance.to_le_bytes());
    Some(damaged)
}
