//! Which pixels RESIZE_NEAREST_NEIGHBOR takes, and which ONNX's Resize would.
//!
//! The two round at different places; near the middle between two pixels that shows. A form of Resize is
//! written only where it takes the very pixels that the kernel takes.

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
            match self.align_corners {
                true => source.round(),
                false => source.floor(),
            }
        };
        (0..to).map(|at| within(pixel(at), from)).collect()
    }
}

impl Form {
    /// The form that takes these pixels on every axis, `(from, pixels)`; the plain one where it does.
    pub fn of(axes: &[(usize, Vec<usize>)]) -> Option<Form> {
        [PLAIN, HALF_PIXEL, ALIGN_CORNERS].into_iter().find(|form| {
            axes.iter()
                .all(|(from, pixels)| form.pixels(*from, pixels.len()) == *pixels)
        })
    }

    /// The source pixels of an axis, as onnxruntime finds them.
    fn pixels(self, from: usize, to: usize) -> Vec<usize> {
        let scale = to as f32 / from as f32;
        let pixel = |at: usize| match self.coordinates {
            "half_pixel" => ((at as f32 + 0.5) / scale - 0.5).round(),
            "align_corners" if to == 1 => 0.0,
            "align_corners" => (at as f32 * (from as f32 - 1.0) / (to as f32 - 1.0)).round(),
            _ => (at as f32 / scale).floor(),
        };
        (0..to).map(|at| within(pixel(at), from)).collect()
    }
}

/// A pixel kept inside the axis.
fn within(pixel: f32, extent: usize) -> usize {
    (pixel.max(0.0) as usize).min(extent.saturating_sub(1))
}
