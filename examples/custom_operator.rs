//! A custom operator from outside: `ScaledTanh`, scale · tanh(x), whose options are the scale as four bytes.
//!
//! ```sh
//! cargo run --example custom_operator [MODEL.tflite [OUT.onnx]]
//! ```

use std::error::Error;
use std::path::PathBuf;

use bytes::Bytes;
use tfl2onnx::op::{
    AxisMap, DType, LowerCx, OpError, Operands, Operator, Placement, RawOp, ReferenceCx, Shape,
    Tensor, Tolerance,
};
use tfl2onnx::{Converter, Registry, Validation, validate};

/// What the file says of one such operator.
#[derive(Debug)]
struct ScaledTanh {
    scale: f32,
}

impl ScaledTanh {
    /// The options' format is the operator's own affair; whatever it is not is refused.
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let bytes = raw.custom_options();
        let scale = bytes.try_into().map(f32::from_le_bytes);
        let scale = scale.map_err(|_| OpError::option("scale", "4 bytes", bytes.len()))?;
        Ok(Box::new(ScaledTanh { scale }))
    }
}

impl Operator for ScaledTanh {
    /// How many operands and results there are nobody has checked: a custom operator has no row that says.
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if (io.len(), io.results()) != (1, 1) {
            return Err(OpError::inconsistent("expected 1 operand and 1 result"));
        }
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    /// Works in any axis order. Without this the operator is surrounded by transposes, and still right.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let tanh = cx.unary("Tanh", &x);
        let scale = cx.scalar(DType::Float32, self.scale.into())?;
        let y = cx.binary("Mul", &tanh, &scale)?;
        cx.finish(0, y)
    }

    /// The same once more, straight from the definition. Without it results are reported as unverified.
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let plain = x.try_as_plain_ram().map_err(OpError::from_tract)?;
        let values = plain.as_slice::<f32>().map_err(OpError::from_tract)?;
        let y: Vec<f32> = values.iter().map(|x| self.scale * x.tanh()).collect();
        cx.finish(
            0,
            Tensor::from_shape(x.shape(), &y).map_err(OpError::from_tract)?,
        )
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let model = paths
        .next()
        .unwrap_or_else(|| "fixtures/custom/scaled_tanh.tflite".into());
    let tflite = Bytes::from(std::fs::read(&model)?);

    let registry = Registry::builtin().with_custom("ScaledTanh", ScaledTanh::parse);
    let conversion = Converter::new()
        .registry(registry.clone())
        .convert_bytes(&tflite)?;
    let verdict = validate(&tflite, &conversion, &registry, &Validation::default())?;

    let report = conversion.report();
    println!(
        "{} operators -> {} nodes, {} transposes",
        report.operators, report.nodes, report.transposes
    );
    println!("{:?}", verdict.status);
    for output in &verdict.outputs {
        println!(
            "{}: differs by {:.1e}, {:.1e} allowed",
            output.name, output.max_rel, output.tolerance
        );
    }
    if let Some(out) = paths.next() {
        std::fs::write(out, conversion.bytes())?;
    }
    Ok(())
}
