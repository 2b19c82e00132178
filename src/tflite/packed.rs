//! Integers of less than a byte.

use crate::ir::{DType, Data};

/// Is it an integer of less than a byte?
pub(crate) fn is_packed(dtype: DType) -> bool {
    matches!(dtype, DType::Int4 | DType::Int2)
}

/// The recipe that makes bytes of 4-bit integers.
const UNPACKED: &str = "unpacked by 4 bits";

/// Packs bytes that hold signed 4-bit integers, which is how ONNX has them too (onnx.proto, `raw_data`: two in
/// a byte, the first in its low bits). Those that were packed in the file are what they were there.
pub(crate) fn pack(data: &Data) -> Data {
    if let Some(packed) = data.before(UNPACKED) {
        return packed.clone();
    }
    data.derived("packed by 4 bits", data.len().div_ceil(2), |data| {
        let pairs = data.chunks(2);
        pairs
            .map(|pair| (pair[0] & 15) | pair.get(1).map_or(0, |high| high << 4))
            .collect()
    })
}

/// Unpacks signed 4-bit and 2-bit integers into bytes; `None` for other types. The first element is in the
/// lowest bits of the first byte (LiteRT: kernels/internal/portable_tensor_utils, `UnpackPackedIntToInt8`).
pub(crate) fn unpack(dtype: DType, count: usize, data: &Data) -> Option<Data> {
    let bits = match dtype {
        DType::Int4 => 4,
        DType::Int2 => 2,
        _ => return None,
    };
    let per_byte = 8 / bits;
    let spare = 8 - bits;
    let how = match dtype {
        DType::Int4 => UNPACKED,
        _ => "unpacked by 2 bits",
    };
    Some(data.derived(how, count, move |data| {
        let fields = data.iter().flat_map(|&byte| {
            (0..per_byte).map(move |field| {
                // Shifted to the top and back, the field's sign fills the byte.
                let top = byte << (spare - field * bits);
                (top as i8 >> spare) as u8
            })
        });
        fields.take(count).collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bits_come_first_and_signs_extend() {
        let signed = |dtype, count, data: &[u8]| -> Vec<i8> {
            let data = data.to_vec().into();
            let bytes = unpack(dtype, count, &data).expect("a packed type");
            bytes.iter().map(|&byte| byte as i8).collect()
        };
        assert_eq!(signed(DType::Int4, 3, &[0x8f, 0x07]), [-1, -8, 7]);
        assert_eq!(
            signed(DType::Int2, 5, &[0b11_10_01_00, 0b10]),
            [0, 1, -2, -1, -2]
        );
        assert_eq!(unpack(DType::Int8, 1, &vec![1].into()), None);
    }

    #[test]
    fn what_was_packed_is_what_it_was() {
        let small: Data = [-1i8, -8, 7].iter().map(|&n| n as u8).collect();
        assert_eq!(&*pack(&small), [0x8f, 0x07]);
        let file: Data = (0..100_000u32).map(|n| (n * 7) as u8).collect();
        let bytes = unpack(DType::Int4, 199_999, &file).expect("a packed type");
        assert_eq!(pack(&bytes).identity(), file.identity());
        let turned = bytes.derived("as it is", bytes.len(), <[u8]>::to_vec);
        assert_eq!(pack(&turned)[..99_999], file[..99_999]);
    }
}
