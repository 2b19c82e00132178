//! Axis orders: permutations, what an axis means, and the two physical orders a value may have.

use super::{Dim, Shape};

/// A permutation of axes: axis `i` of the result is axis `self[i]` of the source, as ONNX's
/// `Transpose.perm` has it. The only axis arithmetic in the crate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Perm(Vec<usize>);

impl Perm {
    /// A permutation; `None` unless every axis occurs once.
    pub fn new(axes: Vec<usize>) -> Option<Self> {
        let mut seen = vec![false; axes.len()];
        for &axis in &axes {
            if std::mem::replace(seen.get_mut(axis)?, true) {
                return None;
            }
        }
        Some(Perm(axes))
    }

    /// The permutation that moves nothing.
    pub fn identity(rank: usize) -> Self {
        Perm((0..rank).collect())
    }

    /// Moves axis `from` to position `to`, the others keeping their order.
    pub fn moving(rank: usize, from: usize, to: usize) -> Self {
        let mut axes: Vec<usize> = (0..rank).collect();
        let axis = axes.remove(from);
        axes.insert(to, axis);
        Perm(axes)
    }

    /// Sorts axes by a key; equal keys keep their order.
    pub fn sorting<K: Ord>(rank: usize, key: impl FnMut(&usize) -> K) -> Self {
        let mut axes: Vec<usize> = (0..rank).collect();
        axes.sort_by_key(key);
        Perm(axes)
    }

    /// The source axes in result order.
    pub fn axes(&self) -> &[usize] {
        &self.0
    }

    /// Number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Does it move nothing?
    pub fn is_identity(&self) -> bool {
        self.0.iter().enumerate().all(|(to, &from)| to == from)
    }

    /// The permutation that undoes this one.
    pub fn inverse(&self) -> Self {
        let mut axes = vec![0; self.0.len()];
        for (to, &from) in self.0.iter().enumerate() {
            axes[from] = to;
        }
        Perm(axes)
    }

    /// First `self`, then `next`.
    pub fn then(&self, next: &Perm) -> Self {
        Perm(next.0.iter().map(|&axis| self.0[axis]).collect())
    }

    /// Where source axis `axis` ends up.
    pub fn position(&self, axis: usize) -> Option<usize> {
        self.0.iter().position(|&from| from == axis)
    }

    /// A list that has one entry for every axis, in the new order.
    pub fn apply<T: Clone>(&self, list: &[T]) -> Vec<T> {
        self.0.iter().map(|&axis| list[axis].clone()).collect()
    }

    /// A shape in the new order.
    pub fn shape(&self, shape: &Shape) -> Shape {
        self.0.iter().map(|&axis| shape[axis].clone()).collect()
    }

    /// Does it only move axes of extent 1, so that a reshape does the same?
    pub fn only_moves_units(&self, shape: &Shape) -> bool {
        let extents = |axis: &&usize| !shape[**axis].is_one();
        self.0.iter().filter(extents).is_sorted()
    }
}

/// What an axis means: a flat lattice with `Unknown` below and `Conflict` above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Independent examples.
    Batch,
    /// The n-th spatial axis.
    Space(u8),
    /// Features.
    Channel,
    /// Different operators take it for different things.
    Conflict,
}

impl Role {
    /// The least role that is above both.
    pub fn join(self, other: Role) -> Role {
        match (self, other) {
            (a, b) if a == b => a,
            (Role::Unknown, known) | (known, Role::Unknown) => known,
            _ => Role::Conflict,
        }
    }
}

/// The physical order of an operator's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Features innermost, as TFLite's kernels have it.
    ChannelsLast,
    /// Features before space, as ONNX's operators have it.
    ChannelsFirst,
}

impl Order {
    /// The permutation that brings axes of these roles into this order; `None` where the roles do not
    /// say: no features, no space, or a conflict.
    pub fn perm(self, roles: &[Role]) -> Option<Perm> {
        if roles.contains(&Role::Conflict) {
            return None;
        }
        let channel = roles.iter().position(|&role| role == Role::Channel)?;
        let first_space = roles
            .iter()
            .position(|role| matches!(role, Role::Space(_)))?;
        if roles.iter().filter(|&&role| role == Role::Channel).count() > 1 {
            return None;
        }
        let rank = roles.len();
        Some(match self {
            Order::ChannelsLast => Perm::moving(rank, channel, rank - 1),
            // With the channel taken out, a space that stood behind it stands one place earlier.
            Order::ChannelsFirst if channel < first_space => {
                Perm::moving(rank, channel, first_space - 1)
            }
            Order::ChannelsFirst => Perm::moving(rank, channel, first_space),
        })
    }
}

impl Perm {
    /// A shape given by plain numbers, in the new order.
    pub fn dims(&self, dims: &[usize]) -> Vec<usize> {
        self.apply(dims)
    }

    /// The shape this one came from: the inverse of [`Perm::shape`].
    pub fn unshape(&self, shape: &Shape) -> Shape {
        let mut dims = vec![Dim::Fixed(0); self.rank()];
        for (to, &from) in self.0.iter().enumerate() {
            dims[from] = shape[to].clone();
        }
        dims.into_iter().collect()
    }
}
