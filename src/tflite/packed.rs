//! Integers of less than a byte.

use crate::ir::{DType, Data};

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
    Some(data.derived("unpacked", count, move |data| {
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
}
