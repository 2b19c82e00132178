//! ONNX operator set versions: which we write, and what each needs.

/// The lowest opset that is written: the first with axes of Squeeze and Unsqueeze as operands and
/// per-axis QuantizeLinear.
pub(crate) const MIN_OPSET: i64 = 13;
/// What is written unless an operator needs more: the newest that onnx2torch, old onnxruntime-web builds
/// and TensorRT 8 all take.
pub(crate) const DEFAULT_OPSET: i64 = 15;
/// The highest opset whose changes to the operators we emit are accounted for.
pub(crate) const MAX_OPSET: i64 = 22;

/// The IR version released with an opset (ONNX `docs/Versioning.md`).
pub(crate) fn ir_version(opset: i64) -> i64 {
    match opset {
        ..=14 => 7,
        15..=18 => 8,
        19..=20 => 9,
        21..=22 => 10,
        _ => 11,
    }
}

/// The first opset that has an operator, where that is above [`MIN_OPSET`] (ONNX `docs/Operators.md`).
pub(crate) fn since(op_type: &str) -> i64 {
    match op_type {
        "HardSwish" | "Trilu" => 14,
        "BitwiseAnd" | "BitwiseNot" | "BitwiseOr" | "BitwiseXor" | "Mish" | "Col2Im" => 18,
        "GridSample" => 16,
        "DFT" | "STFT" | "LayerNormalization" | "HannWindow" => 17,
        "Gelu" | "IsInf" | "AffineGrid" | "StringConcat" => 20,
        _ => MIN_OPSET,
    }
}
