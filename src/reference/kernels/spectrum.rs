//! RFFT2D, and COMPLEX_ABS, REAL and IMAG. Complex numbers are pairs along an extra last axis.

use tract_core::prelude::{DatumType, Tensor};

use super::{Result, build, by_type, check, elements};

/// A real number of each pair.
pub fn each(x: &Tensor, part: impl Fn(f64, f64) -> f64) -> Result {
    let Some((&2, lead)) = x.shape().split_last() else {
        return Err(super::KernelError::invalid(format!(
            "pairs of shape {:?}",
            x.shape()
        )));
    };
    by_type!("a complex number", x.datum_type(), [f32, f64], T => {
        let (pairs, _) = elements::<T>(x)?.as_chunks::<2>();
        build(lead, |out: &mut [T]| {
            for (out, pair) in out.iter_mut().zip(pairs) {
                #[allow(clippy::unnecessary_cast, reason = "one of the types is f64 itself")]
                let [real, imaginary] = pair.map(|x| x as f64);
                *out = part(real, imaginary) as T;
            }
        })
    })
}

type Complex = (f64, f64);

/// RFFT2D: each matrix of the last two axes, cut or padded with zeros to `length` (powers of 2), transformed in double precision as
/// LiteRT does; `kernels/rfft2d.cc`.
pub fn rfft2d(x: &Tensor, length: [usize; 2]) -> Result {
    let [height, width] = length;
    check!(
        x.rank() >= 2 && height.is_power_of_two() && width.is_power_of_two(),
        "a transform of {:?} at {length:?}",
        x.shape()
    );
    check!(
        x.datum_type() == DatumType::F32,
        "a transform of {:?}",
        x.datum_type()
    );
    let (lead, last) = x.shape().split_at(x.rank() - 2);
    let (rows, columns, bins) = (last[0], last[1], width / 2 + 1);
    let data = elements::<f32>(x)?;
    build(&[lead, &[height, bins, 2]].concat(), |out: &mut [f32]| {
        if rows * columns == 0 {
            return;
        }
        for (matrix, out) in data
            .chunks_exact(rows * columns)
            .zip(out.chunks_exact_mut(height * bins * 2))
        {
            let mut spectra = vec![vec![(0.0, 0.0); height]; bins];
            for (at, row) in matrix.chunks_exact(columns).take(height).enumerate() {
                let mut line: Vec<Complex> = row.iter().map(|&x| (f64::from(x), 0.0)).collect();
                line.resize(width, (0.0, 0.0));
                let line = transform(&line);
                spectra
                    .iter_mut()
                    .zip(line)
                    .for_each(|(spectrum, x)| spectrum[at] = x);
            }
            for (bin, spectrum) in spectra.iter().enumerate() {
                for (at, (real, imaginary)) in transform(spectrum).into_iter().enumerate() {
                    let place = (at * bins + bin) * 2;
                    out[place] = real as f32;
                    out[place + 1] = imaginary as f32;
                }
            }
        }
    })
}

/// The Fourier transform by halving.
fn transform(line: &[Complex]) -> Vec<Complex> {
    let [.., _, _] = line else {
        return line.to_vec();
    };
    let half = |odd: usize| {
        transform(
            &line
                .iter()
                .copied()
                .skip(odd)
                .step_by(2)
                .collect::<Vec<_>>(),
        )
    };
    let (even, odd) = (half(0), half(1));
    let step = -std::f64::consts::TAU / line.len() as f64;
    let rotated: Vec<Complex> = (0..)
        .zip(odd)
        .map(|(k, (real, imaginary))| {
            let (sine, cosine) = (step * f64::from(k)).sin_cos();
            (
                real * cosine - imaginary * sine,
                real * sine + imaginary * cosine,
            )
        })
        .collect();
    let pairs = || even.iter().zip(&rotated);
    let first = pairs().map(|(a, b)| (a.0 + b.0, a.1 + b.1));
    let second = pairs().map(|(a, b)| (a.0 - b.0, a.1 - b.1));
    first.chain(second).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, tensor};
    use super::*;

    #[test]
    fn a_cosine_is_one_bin() {
        let x = tensor(&[1, 4], &[1.0_f32, 0.0, -1.0, 0.0]);
        close(
            &rfft2d(&x, [1, 4]).unwrap(),
            &[1, 3, 2],
            &[0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        );
    }

    #[test]
    fn what_is_missing_is_zero() {
        let x = tensor(&[1, 1], &[3.0_f32]);
        close(
            &rfft2d(&x, [2, 2]).unwrap(),
            &[2, 2, 2],
            &[3.0, 0.0, 3.0, 0.0, 3.0, 0.0, 3.0, 0.0],
        );
        close(
            &each(&tensor(&[1, 2], &[3.0_f32, 4.0]), f64::hypot).unwrap(),
            &[1],
            &[5.0],
        );
    }
}
