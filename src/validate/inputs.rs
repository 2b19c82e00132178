//! Seeded inputs for validation runs.
//!
//! A tensor depends on the seed, the sample and its own input's name, and on nothing else: adding
//! an input to a model, or reordering them, leaves the other inputs' values as they were, so that
//! runs stay comparable.

use std::f32::consts::TAU;

use half::f16;
use tract_core::internal::ensure;
use tract_core::prelude::{Datum, DatumType, Tensor, TractResult};

/// What the floats of a sample look like. A flaw can hide from one of them: saturating activations
/// from small values, a dropped sign from positive ones, a shifted image from noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texture {
    /// Evenly from −1 to 1.
    Uniform,
    /// Around 0 with deviation 1, and so sometimes beyond 1.
    Normal,
    /// Smooth over the middle axes and within 0 to 1, like a picture.
    Smooth,
}

impl Texture {
    /// The samples take turns, in the order above.
    pub fn of_sample(sample: usize) -> Self {
        match sample % 3 {
            0 => Texture::Uniform,
            1 => Texture::Normal,
            _ => Texture::Smooth,
        }
    }
}

/// Makes the inputs of validation runs.
#[derive(Debug, Clone, Copy)]
pub struct Inputs {
    seed: u64,
    bound: u8,
    /// What is added to integers.
    least: u8,
    /// Draw 8- and 16-bit integers from all that their type holds.
    whole: bool,
}

impl Inputs {
    /// Integers below this unless [`Inputs::integers_below`] says otherwise. Most integer inputs of
    /// float models are indices or lengths, which must be small to be valid at all.
    pub const DEFAULT_BOUND: u8 = 4;

    /// Inputs that this seed determines.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            bound: Self::DEFAULT_BOUND,
            least: 0,
            whole: false,
        }
    }

    /// Draws integers from 0 to `bound` − 1; a bound of 0 counts as 1.
    pub fn integers_below(self, bound: u8) -> Self {
        Self {
            bound: bound.max(1),
            ..self
        }
    }

    /// Draws integers from 1 to the bound instead: numbers that others may be divided by.
    pub fn positive(self) -> Self {
        Self { least: 1, ..self }
    }

    /// Draws 8- and 16-bit integers from all that their type holds, as a quantised input has them.
    pub fn any_integers(self) -> Self {
        Self {
            whole: true,
            ..self
        }
    }

    /// The input called `name` in the given sample. Fails for element types without values to draw,
    /// such as strings.
    pub fn tensor(
        &self,
        name: &str,
        sample: usize,
        dtype: DatumType,
        shape: &[usize],
    ) -> TractResult<Tensor> {
        let mut random =
            Random::new(self.seed ^ fnv1a(name.as_bytes()) ^ (sample as u64).wrapping_mul(GOLDEN));
        let len: usize = shape.iter().product();
        if dtype == bool::datum_type() {
            let bits: Vec<bool> = (0..len).map(|_| random.below(2) == 1).collect();
            return Tensor::from_shape(shape, &bits);
        }
        if dtype.is_float() {
            let floats = match Texture::of_sample(sample) {
                Texture::Uniform => (0..len).map(|_| random.unit() * 2.0 - 1.0).collect(),
                Texture::Normal => (0..len).map(|_| random.normal()).collect(),
                Texture::Smooth => smooth(shape, &mut random),
            };
            if dtype == f16::datum_type() {
                let halves: Vec<f16> = floats.into_iter().map(f16::from_f32).collect();
                return Tensor::from_shape(shape, &halves);
            }
            return Ok(Tensor::from_shape(shape, &floats)?
                .cast_to_dt(dtype)?
                .into_owned());
        }
        // tract would turn integers into text as well.
        ensure!(
            dtype.is_number(),
            "input {name:?} of {dtype:?} has no random values"
        );
        if self.whole && dtype.size_of() <= 2 {
            let low = if dtype.is_signed() {
                1i64 << (dtype.size_of() * 8 - 1)
            } else {
                0
            };
            let shift = 64 - dtype.size_of() * 8;
            let any = (0..len).map(|_| (random.next() >> shift) as i64 - low);
            let integers: Vec<i64> = any.collect();
            return Ok(Tensor::from_shape(shape, &integers)?
                .cast_to_dt(dtype)?
                .into_owned());
        }
        let integers: Vec<u8> = (0..len)
            .map(|_| self.least + random.below(self.bound))
            .collect();
        Ok(Tensor::from_shape(shape, &integers)?
            .cast_to_dt(dtype)?
            .into_owned())
    }
}

/// A picture: for each channel (the last axis) two plane waves over the axes between the first and
/// the last, or over a vector's only axis.
fn smooth(shape: &[usize], random: &mut Random) -> Vec<f32> {
    let (channels, spatial) = match shape {
        [_, spatial @ .., channels] if !spatial.is_empty() => (*channels, spatial),
        _ => (1, shape),
    };
    let waves: Vec<Vec<f32>> = (0..2)
        .map(|_| spatial.iter().map(|_| random.unit() * 3.0 + 0.5).collect())
        .collect();
    let phases: Vec<[f32; 2]> = (0..channels)
        .map(|_| [random.unit() * TAU, random.unit() * TAU])
        .collect();
    let value = |flat: usize| {
        let (mut pixel, phase) = (flat / channels, phases[flat % channels]);
        let mut angles = phase;
        for (axis, &len) in spatial.iter().enumerate().rev() {
            let at = (pixel % len) as f32 / len as f32;
            pixel /= len;
            (0..2).for_each(|wave| angles[wave] += TAU * waves[wave][axis] * at);
        }
        0.5 + 0.25 * (angles[0].sin() + angles[1].sin())
    };
    (0..shape.iter().product()).map(value).collect()
}

/// 2⁶⁴ divided by the golden ratio, SplitMix64's increment.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). Its few
/// lines are the same on every platform and in every release, which recorded figures depend on; a
/// crate's generator may change.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1, in steps a float represents exactly.
    fn unit(&mut self) -> f32 {
        const STEPS: u32 = 1 << 24;
        (self.next() >> 40) as f32 / STEPS as f32
    }

    /// The sum of twelve uniform draws less six: mean 0, deviation 1, never beyond ±6.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }

    /// From 0 to `bound` − 1, from the high bits, which are the best mixed.
    fn below(&mut self, bound: u8) -> u8 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u8
    }
}

/// FNV-1a: stable across platforms and releases, unlike the standard library's hashers.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(seed: u64, name: &str, sample: usize) -> Vec<f32> {
        let tensor = Inputs::new(seed)
            .tensor(name, sample, f32::datum_type(), &[1, 8, 8, 3])
            .expect("floats can be drawn");
        tensor
            .try_as_plain_ram()
            .unwrap()
            .as_slice::<f32>()
            .unwrap()
            .to_vec()
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The published sequence for seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn values_depend_on_seed_name_and_sample_alone() {
        assert_eq!(floats(1, "image", 0), floats(1, "image", 0));
        assert_ne!(floats(1, "image", 0), floats(2, "image", 0));
        assert_ne!(floats(1, "image", 0), floats(1, "mask", 0));
        assert_ne!(floats(1, "image", 0), floats(1, "image", 3));
    }

    #[test]
    fn textures_keep_their_ranges() {
        assert!(floats(7, "x", 0).iter().all(|x| (-1.0..1.0).contains(x)));
        let normal = floats(7, "x", 1);
        assert!(normal.iter().any(|x| x.abs() > 1.0) && normal.iter().all(|x| x.abs() <= 6.0));
        let picture = floats(7, "x", 2);
        assert!(picture.iter().all(|x| (0.0..=1.0).contains(x)));
        assert!(
            picture
                .chunks(24)
                .all(|row| row.windows(4).all(|pair| (pair[3] - pair[0]).abs() < 1.0))
        );
    }

    #[test]
    fn integers_stay_below_the_bound() {
        let inputs = Inputs::new(3).integers_below(2);
        let tensor = inputs.tensor("index", 0, i64::datum_type(), &[64]).unwrap();
        let values = tensor
            .try_as_plain_ram()
            .unwrap()
            .as_slice::<i64>()
            .unwrap();
        assert!(
            values.contains(&0) && values.contains(&1) && values.iter().all(|k| (0..2).contains(k))
        );
        let divisors = inputs.positive();
        let divisors = divisors
            .tensor("index", 0, i64::datum_type(), &[64])
            .unwrap();
        let divisors = divisors.try_as_plain_ram().unwrap();
        let divisors = divisors.as_slice::<i64>().unwrap();
        assert!(divisors.iter().all(|k| (1..=2).contains(k)));
        assert!(
            inputs
                .tensor("text", 0, String::datum_type(), &[1])
                .is_err()
        );
    }
}
