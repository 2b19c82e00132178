//! Names told apart: the wanted one, or that with a number behind it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Names handed out so far. However many are wanted that are the same, each is found in a few steps.
#[derive(Debug)]
pub(crate) struct Names {
    /// What stands before the number.
    mark: char,
    taken: HashSet<Arc<str>>,
    /// The number to try next, by wanted name.
    next: HashMap<Arc<str>, usize>,
}

impl Names {
    /// None so far.
    pub fn new(mark: char) -> Self {
        Names {
            mark,
            taken: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// The name, where it is free.
    pub fn claim_as_is(&mut self, wanted: &str) -> Option<Arc<str>> {
        let wanted: Arc<str> = wanted.into();
        self.taken.insert(wanted.clone()).then_some(wanted)
    }

    /// The name, or the first numbered one that is free.
    pub fn claim(&mut self, wanted: &str) -> Arc<str> {
        let wanted: Arc<str> = wanted.into();
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let next = self.next.entry(wanted.clone()).or_insert(1);
        loop {
            let name: Arc<str> = format!("{wanted}{}{next}", self.mark).into();
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_handed_out_twice() {
        let mut names = Names::new('_');
        let wanted = ["x", "x_1", "x", "x", "x_1", "x_2"];
        let claimed = wanted.map(|name| names.claim(name).to_string());
        assert_eq!(claimed, ["x", "x_1", "x_2", "x_3", "x_1_1", "x_2_1"]);
    }
}
