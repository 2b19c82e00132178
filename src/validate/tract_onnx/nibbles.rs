//! Constants of INT4 as the INT8 that holds them: tract has no type of less than a byte.
//!
//! ONNX: onnx.proto, `raw_data` of INT4: two elements in a byte, the first in its low bits, in two's complement.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, TensorProto};

/// Widens the constants of a graph and of those that its nodes run.
pub(super) fn widen(graph: &mut GraphProto) {
    graph.initializer.iter_mut().for_each(tensor);
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    for body in attributes.filter_map(|attribute| attribute.g.as_mut()) {
        widen(body);
    }
}

fn tensor(tensor: &mut TensorProto) {
    if tensor.data_type != DataType::Int4 as i32 {
        return;
    }
    let count: i64 = tensor.dims.iter().product();
    let signed = |nibble: u8| if nibble > 7 { nibble | 0xf0 } else { nibble };
    let bytes = tensor.raw_data.iter();
    let elements = bytes.flat_map(|byte| [signed(byte % 16), signed(byte / 16)]);
    let elements = elements.take(usize::try_from(count).unwrap_or(0)).collect();
    tensor.raw_data = elements;
    tensor.data_type = DataType::Int8 as i32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_is_in_the_low_bits() {
        let packed = TensorProto {
            dims: vec![1, 3],
            data_type: DataType::Int4 as i32,
            raw_data: vec![0x8f, 0x07],
            ..TensorProto::default()
        };
        let mut graph = GraphProto {
            initializer: vec![packed],
            ..GraphProto::default()
        };
        widen(&mut graph);
        let found = &graph.initializer[0];
        let signed: Vec<i8> = found.raw_data.iter().map(|&byte| byte as i8).collect();
        assert_eq!((found.data_type, signed), (3, vec![-1, -8, 7]));
    }
}
