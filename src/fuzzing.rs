//! Doors for the fuzz targets (`fuzz/`) to decoders that have no public entry of their own.

use crate::check::{Folding, check};
use crate::lift::{Dims, lift};
use crate::registry::Registry;
use crate::signature::Entry;
use crate::source::Source;
use crate::tflite::schema::SparsityParameters;
use crate::tflite::{Flex, sparse};

/// Reads and checks a model, at its declared and at open sizes.
pub fn read(data: &[u8]) {
    let data = Source::from(data.to_vec());
    for dims in [Dims::Declared, Dims::Open] {
        let model = lift(&data, &Registry::builtin(), &Entry::default(), &dims);
        let _ = model.and_then(|model| check(model, Folding::Remove));
    }
}

/// Decodes a sparse constant. The input is a width, a rank, that many extents, the number of data bytes, the
/// data, and a flatbuffer whose root is a `SparsityParameters`.
pub fn sparse(data: &[u8]) {
    let Some((&[width, rank], rest)) = data.split_first_chunk() else {
        return;
    };
    let Some((shape, rest)) = rest.split_at_checked(usize::from(rank % 6)) else {
        return;
    };
    let Some((&[length], rest)) = rest.split_first_chunk() else {
        return;
    };
    let Some((elements, table)) = rest.split_at_checked(usize::from(length)) else {
        return;
    };
    let Ok(sparsity) = flatbuffers::root::<SparsityParameters>(table) else {
        return;
    };
    let shape: Vec<usize> = shape.iter().map(|&extent| usize::from(extent)).collect();
    // What `lift` has seen to before.
    if shape.iter().product::<usize>() > 1 << 24 {
        return;
    }
    let _ = sparse::decode(&sparsity, &shape, 1 << (width % 3), elements);
}

/// Reads the values of a FlexBuffer in every way; containers may hold themselves, so this ends somewhere.
pub fn flexbuffer(data: &[u8]) {
    if let Ok(root) = Flex::root(data) {
        visit(root, &mut 1000);
    }
}

fn visit(value: Flex<'_>, left: &mut usize) {
    let _ = (
        value.as_int(),
        value.as_float(),
        value.as_bool(),
        value.as_str(),
    );
    for item in value.items().into_iter().flatten() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        visit(item, left);
    }
    for (name, item) in value.entries().into_iter().flatten() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let _ = (value.int(name), value.float(name), value.ints(name));
        visit(item, left);
    }
}
