//! Axis permutation of constant elements.

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
    let mut strides = vec![width; dims.len()];
    for axis in (0..dims.len() - 1).rev() {
        strides[axis] = strides[axis + 1] * dims[axis + 1];
    }
    let extents: Vec<usize> = perm.iter().map(|&axis| dims[axis]).collect();
    let steps: Vec<usize> = perm.iter().map(|&axis| strides[axis]).collect();
    let how = format!("{width} {dims:?} {perm:?}");
    data.derived(how, data.len(), move |data| {
        let mut out = Vec::with_capacity(data.len());
        copy(data, width, &extents, &steps, &mut out);
        out
    })
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

fn copy(data: &[u8], width: usize, extents: &[usize], steps: &[usize], out: &mut Vec<u8>) {
    match (extents, steps) {
        ([extent], [step]) if *step == width => out.extend_from_slice(&data[..extent * width]),
        ([extent], [step]) => {
            for i in 0..*extent {
                out.extend_from_slice(&data[i * step..][..width]);
            }
        }
        ([extent, inner @ ..], [step, inner_steps @ ..]) => {
            for i in 0..*extent {
                copy(&data[i * step..], width, inner, inner_steps, out);
            }
        }
        _ => out.extend_from_slice(&data[..width]),
    }
}
