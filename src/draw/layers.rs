//! Where boxes go: in layers, so that arrows point down, each layer ordered so that few of them cross.
//!
//! The method is that of Sugiyama, Tagawa and Toda (1981): ranks by longest paths, bends where an arrow passes
//! a layer, layers ordered by the mean place of their neighbours, and then coordinates layer by layer, each box
//! as near to the mean of its neighbours as its order in the layer allows. All arrows from one box share their
//! bends, as a trunk with branches: a value that is read in many places is one line.

use std::collections::BTreeMap;

/// Sweeps over the layers; what is not settled then gains little from more.
const SWEEPS: usize = 12;

/// What is to be laid out.
pub(super) struct Task<'a> {
    /// Width and height of each box.
    pub sizes: &'a [(f64, f64)],
    /// Arrows between boxes; those that do not point to a later box are left out of the ranking.
    pub edges: &'a [(usize, usize)],
    /// Least distance between neighbours in a layer, and between layers.
    pub gaps: (f64, f64),
}

/// Where everything is.
pub(super) struct Laid {
    /// The middle of each box.
    pub boxes: Vec<(f64, f64)>,
    /// The points that each arrow runs through: the lower end of a box, bends, the upper end of another.
    pub routes: Vec<Vec<(f64, f64)>>,
    /// Width and height of it all.
    pub size: (f64, f64),
}

/// A box, or the bend of a trunk; bends are numbered from the number of boxes on.
struct Net {
    boxes: usize,
    rank: Vec<usize>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    layers: Vec<Vec<usize>>,
    /// The bends of a box's trunk, by rank.
    trunks: Vec<BTreeMap<usize, usize>>,
}

/// Lays boxes out.
pub(super) fn lay(task: &Task<'_>) -> Laid {
    let mut net = Net::new(task);
    net.order();
    let width = |node: usize| task.sizes.get(node).map_or(0.0, |size| size.0);
    let x = net.columns(&width, task.gaps.0);
    let mut rows = vec![0.0f64; net.layers.len()];
    for (row, layer) in rows.iter_mut().zip(&net.layers) {
        let heights = layer
            .iter()
            .filter_map(|&node| Some(task.sizes.get(node)?.1));
        *row = heights.fold(0.0, f64::max);
    }
    let mut tops = Vec::new();
    let mut bottom = 0.0;
    for (layer, row) in net.layers.iter().zip(&rows) {
        tops.push(bottom);
        // Many lines between two layers need room to part.
        let room = (layer.len() as f64 * 2.0).min(task.gaps.1);
        bottom += row + task.gaps.1 + room;
    }
    let middle = |node: usize| (x[node], tops[net.rank[node]] + rows[net.rank[node]] / 2.0);
    let boxes: Vec<_> = (0..net.boxes).map(middle).collect();
    let route = |&(from, to): &(usize, usize)| {
        let end = |node: usize, sign: f64| {
            let (x, y) = boxes[node];
            (x, y + sign * task.sizes[node].1 / 2.0)
        };
        let mut points = vec![end(from, 1.0)];
        let bends = net.trunks[from].range(..net.rank[to]);
        for bend in bends.map(|(_, &bend)| bend) {
            // A bend is a line through the whole height of its layer.
            let rank = net.rank[bend];
            points.push((x[bend], tops[rank]));
            points.push((x[bend], tops[rank] + rows[rank]));
        }
        points.push(end(to, -1.0));
        points
    };
    let right = (0..net.boxes).map(|node| x[node] + width(node) / 2.0);
    let right = right.fold(0.0, f64::max);
    let bends = x.iter().skip(net.boxes).copied().fold(0.0, f64::max);
    Laid {
        routes: task.edges.iter().map(route).collect(),
        boxes,
        size: (right.max(bends), (bottom - task.gaps.1).max(0.0)),
    }
}

impl Net {
    fn new(task: &Task<'_>) -> Self {
        let count = task.sizes.len();
        let forward = || task.edges.iter().filter(|(from, to)| from < to);
        let mut rank = vec![0usize; count];
        let mut incoming: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut outgoing: Vec<Vec<usize>> = vec![Vec::new(); count];
        for &(from, to) in forward() {
            incoming[to].push(from);
            outgoing[from].push(to);
        }
        // Every arrow that counts points to a later box.
        for node in 0..count {
            let above = incoming[node].iter().map(|&from| rank[from] + 1);
            rank[node] = above.max().unwrap_or(0);
        }
        // What nothing points to goes down to what it is for.
        for node in (0..count).rev() {
            let below = outgoing[node].iter().map(|&to| rank[to]).min();
            if let Some(below) = below.filter(|_| incoming[node].is_empty()) {
                rank[node] = below.saturating_sub(1);
            }
        }
        let mut net = Net {
            boxes: count,
            above: vec![Vec::new(); count],
            below: vec![Vec::new(); count],
            layers: vec![Vec::new(); rank.iter().max().map_or(0, |last| last + 1)],
            trunks: vec![BTreeMap::new(); count],
            rank,
        };
        for node in 0..count {
            net.layers[net.rank[node]].push(node);
        }
        for &(from, to) in forward() {
            net.connect(from, to);
        }
        net
    }

    /// Leads an arrow through the layers between its ends, along the trunk as far as there is one.
    fn connect(&mut self, from: usize, to: usize) {
        let mut last = from;
        for rank in self.rank[from] + 1..self.rank[to] {
            last = match self.trunks[from].get(&rank) {
                Some(&bend) => bend,
                None => {
                    let bend = self.rank.len();
                    self.rank.push(rank);
                    self.above.push(Vec::new());
                    self.below.push(Vec::new());
                    self.layers[rank].push(bend);
                    self.trunks[from].insert(rank, bend);
                    self.link(last, bend);
                    bend
                }
            };
        }
        self.link(last, to);
    }

    fn link(&mut self, upper: usize, lower: usize) {
        self.below[upper].push(lower);
        self.above[lower].push(upper);
    }

    /// Orders each layer by the mean place of its neighbours in the layer that was ordered before it.
    fn order(&mut self) {
        let mut place = vec![0.0f64; self.rank.len()];
        let mut best = (usize::MAX, self.layers.clone());
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let depth = self.layers.len();
            for step in 0..depth {
                let layer = if down { step } else { depth - 1 - step };
                let mut nodes = std::mem::take(&mut self.layers[layer]);
                for (at, &node) in nodes.iter().enumerate() {
                    let others = if down {
                        &self.above[node]
                    } else {
                        &self.below[node]
                    };
                    let sum: f64 = others.iter().map(|&other| place[other]).sum();
                    place[node] = match others.len() {
                        0 => at as f64,
                        n => sum / n as f64,
                    };
                }
                nodes.sort_by(|&a, &b| place[a].total_cmp(&place[b]));
                for (at, &node) in nodes.iter().enumerate() {
                    place[node] = at as f64;
                }
                self.layers[layer] = nodes;
            }
            let crossings = self.crossings(&place);
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn crossings(&self, place: &[f64]) -> usize {
        let layer = |layer: &Vec<usize>| {
            let ends = layer
                .iter()
                .flat_map(|&node| self.below[node].iter().map(move |&to| (node, to)));
            let mut ends: Vec<(f64, f64)> =
                ends.map(|(from, to)| (place[from], place[to])).collect();
            ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            // Counting stops where a layer is so full that the number says nothing more.
            ends.truncate(400);
            let later = |i: usize| {
                ends[i + 1..]
                    .iter()
                    .filter(|other| other.1 < ends[i].1)
                    .count()
            };
            (0..ends.len()).map(later).sum::<usize>()
        };
        self.layers.iter().map(layer).sum()
    }

    /// Horizontal middles: each node as near to the mean of its neighbours as the order in its layer allows.
    fn columns(&self, width: &dyn Fn(usize) -> f64, gap: f64) -> Vec<f64> {
        let mut x = vec![0.0f64; self.rank.len()];
        for layer in &self.layers {
            let mut right = 0.0;
            for &node in layer {
                x[node] = right + width(node) / 2.0;
                right += width(node) + gap;
            }
        }
        for sweep in 0..SWEEPS * 2 {
            let down = sweep % 2 == 0;
            let depth = self.layers.len();
            for step in 0..depth {
                let layer = &self.layers[if down { step } else { depth - 1 - step }];
                let wishes: Vec<(f64, f64)> = layer
                    .iter()
                    .map(|&node| self.wish(node, down, &x))
                    .collect();
                let apart = |a: usize, b: usize| (width(a) + width(b)) / 2.0 + gap;
                let offsets = layer.windows(2).scan(0.0, |sum, pair| {
                    *sum += apart(pair[0], pair[1]);
                    Some(*sum)
                });
                let offsets: Vec<f64> = std::iter::once(0.0).chain(offsets).collect();
                for ((&node, place), offset) in
                    layer.iter().zip(rising(&wishes, &offsets)).zip(&offsets)
                {
                    x[node] = place + offset;
                }
            }
        }
        let left = (0..x.len()).map(|node| x[node] - width(node) / 2.0);
        let left = left.fold(f64::INFINITY, f64::min);
        x.iter().map(|x| x - left).collect()
    }

    /// Where a node would like to be, and how much it matters. All neighbours count alike, so that where the
    /// ways round a block meet again, they meet below the place where they parted.
    fn wish(&self, node: usize, down: bool, x: &[f64]) -> (f64, f64) {
        let (near, far) = match down {
            true => (&self.above[node], &self.below[node]),
            false => (&self.below[node], &self.above[node]),
        };
        let others = if near.is_empty() { far } else { near };
        let sum: f64 = others.iter().map(|&other| x[other]).sum();
        match others.len() {
            0 => (x[node], 0.1),
            n => (sum / n as f64, 1.0),
        }
    }
}

/// Rising numbers that are, weighted, nearest to the wishes less the offsets: neighbours that would pass each
/// other are pooled (the pool-adjacent-violators algorithm).
fn rising(wishes: &[(f64, f64)], offsets: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new(); // mean, weight, members
    for (&(wish, weight), offset) in wishes.iter().zip(offsets) {
        let mut pool = (wish - offset, weight, 1);
        while let Some(&last) = pools.last().filter(|last| last.0 > pool.0) {
            pools.pop();
            let weight = last.1 + pool.1;
            pool = (
                (last.0 * last.1 + pool.0 * pool.1) / weight,
                weight,
                last.2 + pool.2,
            );
        }
        pools.push(pool);
    }
    let members = |&(mean, _, count): &(f64, f64, usize)| std::iter::repeat_n(mean, count);
    pools.iter().flat_map(members).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(count: usize, edges: &[(usize, usize)]) -> Laid {
        let sizes = vec![(10.0, 4.0); count];
        lay(&Task {
            sizes: &sizes,
            edges,
            gaps: (2.0, 3.0),
        })
    }

    #[test]
    fn arrows_point_down_and_boxes_lie_apart() {
        // Two branches, one of them longer, a shortcut, and a cycle that a damaged file may have.
        let edges = [
            (0, 1),
            (0, 2),
            (2, 3),
            (1, 4),
            (3, 4),
            (0, 4),
            (4, 5),
            (5, 2),
        ];
        let laid = laid(6, &edges);
        for &(from, to) in edges.iter().filter(|(from, to)| from < to) {
            assert!(
                laid.boxes[from].1 + 4.0 < laid.boxes[to].1,
                "{from} -> {to}"
            );
        }
        for (i, a) in laid.boxes.iter().enumerate() {
            for b in &laid.boxes[i + 1..] {
                let apart = (a.0 - b.0).abs() >= 11.9 || (a.1 - b.1).abs() >= 6.9;
                assert!(apart, "{a:?} {b:?}");
            }
            assert!(a.0 >= 4.9 && a.0 <= laid.size.0 && a.1 <= laid.size.1);
        }
    }

    #[test]
    fn a_chain_is_straight() {
        let laid = laid(4, &[(0, 1), (1, 2), (2, 3)]);
        assert!(
            laid.boxes
                .iter()
                .all(|at| (at.0 - laid.boxes[0].0).abs() < 1e-9)
        );
    }

    #[test]
    fn a_shortcut_goes_round_what_it_passes() {
        let laid = laid(3, &[(0, 1), (1, 2), (0, 2)]);
        let bend = laid.routes[2][1].0;
        assert!((bend - laid.boxes[1].0).abs() >= 5.0, "{bend}");
    }

    #[test]
    fn nothing_is_laid_out_as_nothing() {
        assert!(laid(0, &[]).boxes.is_empty());
    }
}
