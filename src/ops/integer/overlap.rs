//! What spans of numbers have in common, where written forms are fitted to the results of integer kernels: each
//! result says between which bounds a parameter must be.

/// Numbers that most of some spans have in common, and how many of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared {
    pub count: usize,
    pub low: f64,
    pub high: f64,
}

impl Shared {
    /// More of them, or as many with more in common?
    pub fn beats(&self, other: &Shared) -> bool {
        let width = |shared: &Shared| shared.high - shared.low;
        self.count > other.count || (self.count == other.count && width(self) > width(other))
    }

    /// The number in the middle.
    pub fn middle(&self) -> f64 {
        (self.low + self.high) / 2.0
    }
}

/// What most of these spans have in common.
pub(super) fn shared(spans: impl Iterator<Item = (f64, f64)>) -> Shared {
    // Their ends in order, with a span's end before another's start at the same place.
    let mut ends: Vec<(f64, bool)> = spans
        .filter(|(low, high)| low < high)
        .flat_map(|(low, high)| [(low, true), (high, false)])
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (mut open, mut best) = (0usize, None);
    for pair in ends.windows(2) {
        let [(low, starts), (high, _)] = pair else {
            continue;
        };
        match starts {
            true => open += 1,
            false => open = open.saturating_sub(1),
        }
        let (low, high, count) = (*low, *high, open);
        let found = Shared { count, low, high };
        if best.is_none_or(|best| found.beats(&best)) {
            best = Some(found);
        }
    }
    best.unwrap_or(Shared {
        count: 0,
        low: 0.0,
        high: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn most_spans_share_a_part() {
        let spans = [(0.0, 4.0), (1.0, 2.0), (3.0, 6.0), (1.5, 3.5), (8.0, 9.0)];
        let best = shared(spans.into_iter());
        assert_eq!((best.count, best.low, best.high), (3, 1.5, 2.0));
        assert_eq!(best.middle(), 1.75);
        assert_eq!(shared([(2.0, 1.0)].into_iter()).count, 0);
        // Spans that only touch share nothing.
        assert_eq!(shared([(0.0, 1.0), (1.0, 2.0)].into_iter()).count, 1);
    }
}
