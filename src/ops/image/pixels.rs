//! Which pixels RESIZE_NEAREST_NEIGHBOR takes, and which ONNX's Resize would.
//!
//! Runtimes round at different places, and where a coordinate is close to the border between two pixels that
//! shows: onnxruntime takes pixel 6 of 14 for the second of 2, which is pixel 7. So a form of Resize is written
//! only where every coordinate is clear of the borders, or exact.

/// Where a result pixel lies among the source pixels: the operators' two flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub align_corners: bool,
    pub half_pixel_centers: bool,
}

/// A way of Resize to find the nearest pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub coordinates: &'static str,
    pub nearest: &'static str,
}

/// The form that importers know best.
const PLAIN: Form = Form {
    coordinates: "asymmetric",
    nearest: "floor",
};
const HALF_PIXEL: Form = Form {
    coordinates: "half_pixel",
    nearest: "round_prefer_ceil",
};
const ALIGN_CORNERS: Form = Form {
    coordinates: "align_corners",
    nearest: "round_prefer_ceil",
};

/// How close to a border, over the extent of the source, a coordinate in single precision is not trusted.
const DOUBT: f64 = 1e-6;

impl Grid {
    /// The form that means the same as the flags; none where both are set.
    pub fn form(self) -> Option<Form> {
        match (self.align_corners, self.half_pixel_centers) {
            (false, false) => Some(PLAIN),
            (false, true) => Some(HALF_PIXEL),
            (true, false) => Some(ALIGN_CORNERS),
            (true, true) => None,
        }
    }

    /// The source pixels of an axis, as LiteRT's kernel finds them (kernels/internal/reference/
    /// resize_nearest_neighbor.h).
    pub fn pixels(self, from: usize, to: usize) -> Vec<usize> {
        let scale = match self.align_corners && to > 1 {
            true => (from as f32 - 1.0) / (to as f32 - 1.0),
            false => from as f32 / to as f32,
        };
        let offset = if self.half_pixel_centers { 0.5 } else { 0.0 };
        let pixel = |at: usize| {
            let source = (at as f32 + offset) * scale;
            let pixel = match self.align_corners {
                true => source.round(),
                false => source.floor(),
            };
            (pixel.max(0.0) as usize).min(from.saturating_sub(1))
        };
        (0..to).map(pixel).collect()
    }
}

impl Form {
    /// The form that surely takes these pixels on every axis, `(from, pixels)`; the plain one where it does.
    pub fn of(axes: &[(usize, Vec<usize>)]) -> Option<Form> {
        let mut forms = [PLAIN, HALF_PIXEL, ALIGN_CORNERS].into_iter();
        forms.find(|form| axes.iter().all(|(from, pixels)| form.takes(*from, pixels)))
    }

    fn takes(self, from: usize, pixels: &[usize]) -> bool {
        let to = pixels.len();
        let scale = match (self, from, to) {
            (ALIGN_CORNERS, 1, _) | (ALIGN_CORNERS, _, 1) => 1.0,
            (ALIGN_CORNERS, _, _) => (from - 1) as f64 / (to - 1) as f64,
            _ => to as f64 / from as f64,
        };
        let exact = f64::from(scale as f32) == scale;
        pixels.iter().enumerate().all(|(at, &pixel)| {
            let (over, under) = self.coordinate(at, from, to);
            let within = over % under;
            let clear = within.min(under - within) as f64 > DOUBT * from as f64 * under as f64;
            let sure = clear || (within == 0 && exact);
            sure && (over / under).min(from.saturating_sub(1)) == pixel
        })
    }

    /// The source coordinate as a fraction, such that the pixel is what it holds in whole numbers.
    fn coordinate(self, at: usize, from: usize, to: usize) -> (usize, usize) {
        match self {
            HALF_PIXEL => ((2 * at + 1) * from, 2 * to),
            ALIGN_CORNERS if to == 1 => (0, 1),
            ALIGN_CORNERS => (2 * at * (from - 1) + (to - 1), 2 * (to - 1)),
            _ => (at * from, to),
        }
    }
}

/// First pixel and step, where the pixels are evenly spaced and none is taken twice.
pub(super) fn spacing(pixels: &[usize]) -> Option<(usize, usize)> {
    let (first, step) = match *pixels {
        [] => return None,
        [only] => (only, 1),
        [first, second, ..] => (first, second.checked_sub(first).filter(|&step| step > 0)?),
    };
    let even = |(at, &pixel): (usize, &usize)| pixel == first + at * step;
    pixels.iter().enumerate().all(even).then_some((first, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(align_corners: bool, half_pixel_centers: bool) -> Grid {
        Grid {
            align_corners,
            half_pixel_centers,
        }
    }

    fn form(grid: Grid, from: usize, to: usize) -> Option<Form> {
        Form::of(&[(from, grid.pixels(from, to))])
    }

    #[test]
    fn whole_factors_are_plain() {
        for grid in [grid(false, false), grid(false, true)] {
            for (from, factor) in (1..30).flat_map(|from| (1..6).map(move |to| (from, to))) {
                assert_eq!(form(grid, from, from * factor), Some(PLAIN), "{grid:?}");
            }
        }
    }

    #[test]
    fn a_form_takes_the_pixels_of_its_flags() {
        for grid in [grid(false, false), grid(false, true), grid(true, false)] {
            assert_eq!(form(grid, 5, 9).or(grid.form()), grid.form());
            assert!(form(grid, 16, 24).is_some());
        }
    }

    #[test]
    fn borders_are_not_trusted() {
        assert_eq!(grid(false, false).pixels(14, 2), [0, 7]);
        assert_eq!(form(grid(false, false), 14, 2), None);
        assert_eq!(spacing(&[0, 7]), Some((0, 7)));
    }

    #[test]
    fn both_flags_are_no_form_of_resize() {
        assert_eq!(grid(true, true).form(), None);
        assert_eq!(grid(true, true).pixels(4, 4), [1, 2, 3, 3]);
        assert_eq!(form(grid(true, true), 4, 4), None);
    }

    #[test]
    fn spacing_is_even_and_never_zero() {
        assert_eq!(spacing(&[1, 3, 5]), Some((1, 2)));
        assert_eq!(spacing(&[4]), Some((4, 1)));
        for pixels in [&[0, 0][..], &[0, 1, 3], &[2, 1], &[]] {
            assert_eq!(spacing(pixels), None);
        }
    }
}
