//! CALL_ONCE, VAR_HANDLE, ASSIGN_VARIABLE, READ_VARIABLE: variables that live on between runs of the interpreter.
//!
//! Source: LiteRT kernels/{call_once,var_handle,assign_variable,read_variable}.cc. ONNX: nothing; a read is the
//! value that was written ([`crate::state`]).

use crate::ir::{GraphId, Value};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{LowerCx, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape, State};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, CallOnceOptionsT, VarHandleOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::CALL_ONCE, Variable::parse_start)
        .arity(0..=0, 0..=0)
        .note("first values of variables"),
    OpDef::new(Code::VAR_HANDLE, Variable::parse_handle).arity(0..=0, 1..=1),
    OpDef::new(Code::ASSIGN_VARIABLE, |_| Ok(Box::new(Variable::Write)))
        .arity(2..=2, 0..=0)
        .note("in the main graph; an output, for the next run to be fed"),
    OpDef::new(Code::READ_VARIABLE, |_| Ok(Box::new(Variable::Read))).note("in the main graph"),
];

#[derive(Debug)]
enum Variable {
    Start([GraphId; 1]),
    Handle(String),
    Write,
    Read,
}

impl Variable {
    fn parse_start(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let CallOnceOptionsT {
            init_subgraph_index,
        } = options!(raw, builtin_options_as_call_once_options);
        Ok(Box::new(Variable::Start([
            raw.subgraph(init_subgraph_index)?
        ])))
    }

    fn parse_handle(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let VarHandleOptionsT {
            container,
            shared_name,
        } = options!(raw, builtin_options_as_var_handle_options);
        let (container, name) = (
            container.unwrap_or_default(),
            shared_name.unwrap_or_default(),
        );
        Ok(Box::new(Variable::Handle(match container.is_empty() {
            true => name,
            false => format!("{container}/{name}"),
        })))
    }
}

impl Operator for Variable {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let Variable::Read = self else {
            return Err(OpError::inconsistent("a variable that was not resolved"));
        };
        // Bytes are copied: where they are read at another scale than they were written at, the codes stay.
        let (value, result) = (io.operand(0)?, io.result(0));
        let said = |value: &Value| match value.is_quantized() {
            true => format!("quantised {}", value.stored),
            false => value.stored.to_string(),
        };
        let (written, read) = (said(value), said(result));
        if written != read {
            let expected = format!("{written}, as it was written");
            return Err(OpError::result(0, expected, read));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axes: Vec<usize> = (0..cx.io().rank(0)?).collect();
        if cx.finish_permuted(0, 0, &axes)? {
            return Ok(());
        }
        let value = cx.source(0)?;
        cx.finish(0, value)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let value = cx.tensor(0)?;
        cx.finish(0, value)
    }

    fn subgraphs(&self) -> &[GraphId] {
        match self {
            Variable::Start(graph) => graph,
            _ => &[],
        }
    }

    fn state(&self) -> State<'_> {
        match self {
            Variable::Start([graph]) => State::Start(*graph),
            Variable::Handle(name) => State::Handle(name),
            Variable::Write => State::Write,
            Variable::Read => State::Read,
        }
    }
}
