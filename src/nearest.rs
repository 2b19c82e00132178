//! Which of some names a misspelt one probably means.

/// Names that are suggested at most.
const SUGGESTED: usize = 3;

/// The names closest to `wanted`, the closest first: those that contain it, or differ by a third of it at
/// most, whatever their case.
pub(crate) fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = wanted.to_lowercase();
    let most = wanted.chars().count().div_ceil(3);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let contained = !wanted.is_empty() && lower.contains(&wanted);
            let distance = distance(&wanted, &lower);
            (contained || distance <= most).then_some((distance, name))
        })
        .collect();
    found.sort();
    found.dedup();
    found.truncate(SUGGESTED);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Levenshtein's: how many characters are to be put in, left out or replaced.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (cell, &to) in row.iter_mut().skip(1).zip(&right) {
            let replaced = diagonal + usize::from(from != to);
            diagonal = *cell;
            before = replaced.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        for (left, right, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("same", "same", 0),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn close_names_are_suggested_and_far_ones_are_not() {
        let names = ["serving_default", "encode", "decode", "train"];
        assert_eq!(nearest("Decod", names), ["decode"]);
        assert_eq!(nearest("decoder", names), ["decode", "encode"]);
        assert_eq!(nearest("serving", names), ["serving_default"]);
        assert!(nearest("quantize_weights", names).is_empty());
    }
}
