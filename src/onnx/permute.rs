//! Axis permutation of constant elements: block by block, large ones by several threads.

use rayon::prelude::*;

use crate::ir::{Data, Perm};

/// Elements of `width` bytes each, of shape `dims`, with their axes permuted.
///
/// Axes that stay neighbours move as one, so a kernel's OHWI → OIHW is a batch of 2-D transpositions.
pub(crate) fn permute(data: &Data, width: usize, dims: &[usize], perm: &Perm) -> Data {
    let empty = dims.contains(&0);
    let (dims, perm) = merge(dims, perm);
    if perm.len() <= 1 || empty {
        return data.clone();
    }
    let mut strides = vec![1; dims.len()];
    for axis in (0..dims.len() - 1).rev() {
        strides[axis] = strides[axis + 1] * dims[axis + 1];
    }
    let view = View {
        extents: perm.iter().map(|&axis| dims[axis]).collect(),
        steps: perm.iter().map(|&axis| strides[axis]).collect(),
    };
    let how = format!("{width} {dims:?} {perm:?}");
    data.derived(how, data.len(), move |data| rearrange(data, width, &view))
}

/// Joins axes that are neighbours in the same order before and after, and drops unit axes.
fn merge(dims: &[usize], perm: &Perm) -> (Vec<usize>, Vec<usize>) {
    let moved: Vec<usize> = perm
        .axes()
        .iter()
        .copied()
        .filter(|&a| dims[a] != 1)
        .collect();
    let mut kept: Vec<usize> = moved.clone();
    kept.sort_unstable();
    let rank_of = |axis: usize| kept.binary_search(&axis).unwrap_or(0);
    let mut groups: Vec<Vec<usize>> = Vec::new(); // in the new order
    for &axis in &moved {
        let axis = rank_of(axis);
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|&last| last + 1 == axis) => group.push(axis),
            _ => groups.push(vec![axis]),
        }
    }
    let extent = |group: &Vec<usize>| group.iter().map(|&i| dims[kept[i]]).product::<usize>();
    let mut old: Vec<usize> = (0..groups.len()).collect();
    old.sort_unstable_by_key(|&g| groups[g][0]);
    let new_dims = old.iter().map(|&g| extent(&groups[g])).collect();
    let new_perm = (0..groups.len())
        .map(|g| old.iter().position(|&o| o == g).unwrap_or(0))
        .collect();
    (new_dims, new_perm)
}

/// Bytes from which on several threads share the work, and about as much as each is given at a time.
const SHARED: usize = 1 << 20;
const SHARE: usize = 1 << 18;

/// Elements along each side of a block: lines of the cache are 64 bytes, and elements 4 as a rule.
const BLOCK: usize = 16;

/// How the elements of the result lie in the source: by axis of the result, in elements.
#[derive(Clone, Debug)]
struct View {
    extents: Vec<usize>,
    steps: Vec<usize>,
}

fn rearrange(data: &[u8], width: usize, view: &View) -> Vec<u8> {
    match width {
        1 => elements::<1>(data, view),
        2 => elements::<2>(data, view),
        4 => elements::<4>(data, view),
        8 => elements::<8>(data, view),
        _ => elements::<16>(data, view),
    }
}

fn elements<const W: usize>(data: &[u8], view: &View) -> Vec<u8> {
    let (source, _) = data.as_chunks::<W>();
    let mut out = vec![[0; W]; source.len()];
    let rows = view.extents[0];
    let row = source.len() / rows.max(1);
    if data.len() < SHARED {
        fill(source, 0, view, rows, &mut out);
    } else {
        let several = (SHARE / W).div_ceil(row).next_multiple_of(BLOCK);
        let shares = out.par_chunks_mut(several * row).enumerate();
        shares.for_each(|(share, out)| {
            let at = share * several * view.steps[0];
            fill(source, at, view, out.len() / row, out);
        });
    }
    out.into_flattened()
}

/// Fills so many of the outermost rows, the first of which begins at an element of the source.
fn fill<T: Copy>(source: &[T], at: usize, view: &View, rows: usize, out: &mut [T]) {
    let mut extents = view.extents.clone();
    extents[0] = rows;
    let rank = extents.len();
    let mut strides = vec![1; rank];
    for axis in (0..rank - 1).rev() {
        strides[axis] = strides[axis + 1] * extents[axis + 1];
    }
    // The axis along which the source is read in one piece.
    let along = view.steps.iter().position(|&step| step == 1);
    let along = along.unwrap_or(rank - 1);
    let outer: Vec<Axis> = (0..rank - 1)
        .filter(|&axis| axis != along)
        .map(|axis| (extents[axis], view.steps[axis], strides[axis]))
        .collect();
    let last = (extents[rank - 1], view.steps[rank - 1], 1);
    let along = (along != rank - 1).then(|| (extents[along], 1, strides[along]));
    each(&outer, at, 0, &mut |from, to| match along {
        None => out[to..to + last.0].copy_from_slice(&source[from..from + last.0]),
        Some(along) => turn(source, from, out, to, along, last),
    });
}

/// Extent, step in the source, step in the result.
type Axis = (usize, usize, usize);

fn each(axes: &[Axis], from: usize, to: usize, visit: &mut dyn FnMut(usize, usize)) {
    match axes {
        [] => visit(from, to),
        [(extent, step, stride), inner @ ..] => {
            for i in 0..*extent {
                each(inner, from + i * step, to + i * stride, visit);
            }
        }
    }
}

/// A transposition, block by block, so that both sides stay in the cache.
fn turn<T: Copy>(source: &[T], from: usize, out: &mut [T], to: usize, along: Axis, last: Axis) {
    for i in (0..along.0).step_by(BLOCK) {
        for j in (0..last.0).step_by(BLOCK) {
            let columns = BLOCK.min(last.0 - j);
            for i in i..(i + BLOCK).min(along.0) {
                let row = &mut out[to + i * along.2 + j..][..columns];
                let mut at = from + i + j * last.1;
                for element in row {
                    *element = source[at];
                    at += last.1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition: element [i, j, …] of the result is element i of its first axis' source, and so on.
    fn defined(data: &[u8], width: usize, dims: &[usize], axes: &[usize]) -> Vec<u8> {
        let mut out = Vec::new();
        let count: usize = dims.iter().product();
        for number in 0..count {
            let mut left = number;
            let mut index = vec![0; dims.len()];
            for &axis in axes.iter().rev() {
                index[axis] = left % dims[axis];
                left /= dims[axis];
            }
            let at = index.iter().zip(dims).fold(0, |at, (i, n)| at * n + i);
            out.extend_from_slice(&data[at * width..][..width]);
        }
        out
    }

    #[test]
    fn every_element_is_where_it_belongs() {
        let cases: [(&[usize], &[usize]); 9] = [
            (&[5, 3, 3, 7], &[0, 3, 1, 2]),
            (&[33, 3, 3, 65], &[0, 3, 1, 2]),
            (&[1, 3, 3, 130], &[3, 0, 1, 2]),
            (&[300, 1100], &[1, 0]),
            (&[2, 3, 4, 5, 6], &[4, 2, 0, 3, 1]),
            (&[17, 19, 23], &[2, 1, 0]),
            (&[40, 50, 60], &[1, 0, 2]),
            (&[0, 3, 2], &[2, 0, 1]),
            (&[70, 9, 500], &[0, 2, 1]),
        ];
        for (dims, axes) in cases {
            for width in [1, 2, 4, 8, 16] {
                let count = dims.iter().product::<usize>() * width;
                let data: Vec<u8> = (0..count).map(|n| (n * 31 + n / 251) as u8).collect();
                let perm = Perm::new(axes.to_vec()).expect("a permutation");
                let found = permute(&data.clone().into(), width, dims, &perm);
                assert!(
                    *found == *defined(&data, width, dims, axes),
                    "{dims:?} {axes:?} {width}"
                );
            }
        }
    }
}
