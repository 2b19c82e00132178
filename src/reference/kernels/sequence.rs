//! A batch of sequences, and the rows of a tensor that are their steps.

/// The first two axes of `[time, batch, …]` or `[batch, time, …]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub batch: usize,
    pub time: usize,
    time_major: bool,
}

impl Rows {
    pub fn new([first, second]: [usize; 2], time_major: bool) -> Self {
        let (batch, time) = match time_major {
            true => (second, first),
            false => (first, second),
        };
        Rows {
            batch,
            time,
            time_major,
        }
    }

    /// The row of a sequence's step.
    pub fn at(self, sequence: usize, step: usize) -> usize {
        match self.time_major {
            true => step * self.batch + sequence,
            false => sequence * self.time + step,
        }
    }

    /// The same with the steps counted from the end.
    pub fn back_at(self, sequence: usize, step: usize) -> usize {
        self.at(sequence, self.time - 1 - step)
    }
}
