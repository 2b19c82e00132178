//! The extension surface: what an operator is, and how it is registered.
//!
//! One TFLite operator is one type that implements [`Operator`] and one [`OpDef`] row that says how to
//! make it from the file. The rest of the crate names no operator.

mod elements;
mod expect;
mod operands;
mod placement;
mod row;

use std::fmt::Debug;

pub use crate::batch::{Batch, Batched, Holds, Span};
pub(crate) use crate::error::Listed;
pub use crate::error::OpError;
pub use crate::ir::{
    Content, DType, Data, Dim, Literal, Order, Perm, Role, Shape, Symbol, Term, Value,
};
pub use crate::lower::{Cut, LowerCx, NodeBuilder, Wire};
#[cfg(feature = "validate")]
pub use crate::reference::ReferenceCx;
pub use crate::tflite::{Flex, RawOp};
pub(crate) use expect::expect_possible_rank;
pub use expect::{broadcast, resolve_axis};
pub use operands::Operands;
pub use placement::{AxisMap, Placement};
pub(crate) use row::{Code, MANY};
pub use row::{Kernel, OpDef};
#[cfg(feature = "validate")]
pub use tract_core::prelude::Tensor;

use crate::ir::GraphId;

/// What a TFLite operator means. `check` and `lower` are the contract; every default is the safe answer.
pub trait Operator: Debug + Send + Sync {
    /// Refuses operands that the operator, or its lowering, does not take. Runs before everything else.
    ///
    /// # Errors
    /// What is wrong with the operands, which of them, and what was expected.
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError>;

    /// Shapes of the results, from those of the operands. `None`: the file's own shapes are trusted.
    /// A dimension that depends on data is a fresh symbol ([`Operands::unknown_dim`]).
    ///
    /// # Errors
    /// Operands from whose shapes and elements no result follows.
    fn infer(&self, _io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(None)
    }

    /// The results as constants, where the operands determine them. Shape arithmetic and decoding of
    /// weights fold; arithmetic on weights is left to the runtime.
    ///
    /// # Errors
    /// Operands whose elements have no result.
    fn fold(&self, _io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        Ok(None)
    }

    /// The elements of an integer result 0 as far as the operands' shapes tell them.
    fn terms(&self, _io: &Operands<'_>) -> Option<Vec<Term>> {
        None
    }

    /// An element of an integer result 0 as one of an operand's plus a number: the operand, the element of it, and
    /// the number. Elements are counted in the order in which they are stored.
    fn element(&self, _io: &Operands<'_>, _index: usize) -> Option<(usize, usize, i64)> {
        None
    }

    /// The operands that hold, for each axis, where result 0 begins in operand 0, and how many elements it takes, −1
    /// for all that follow; `None` where it is no such block.
    fn block(&self) -> Option<[usize; 2]> {
        None
    }

    /// Do the elements of this operand turn up in the results as they are, and decide nothing else? Where
    /// [`Operator::fold`] folds such an operand, extents known only at run time are carried along.
    fn moves(&self, _slot: usize) -> bool {
        false
    }

    /// Where the results hold the examples of a batch, given where the operands do, for another batch size than
    /// the file's. `io` is the operator at the file's own size. The default refuses.
    ///
    /// # Errors
    /// Where the operator would mix examples, or does not say where they are.
    fn batch(&self, _io: &Operands<'_>, _batch: &Batch<'_>) -> Result<Batched, OpError> {
        Err(OpError::unsupported(
            "how it treats the examples of a batch is not known",
        ))
    }

    /// Which axes of the operands are which axes of the results. The default is never wrong and may cost
    /// a transpose.
    fn placement(&self, _io: &Operands<'_>) -> Placement {
        Placement::Barrier
    }

    /// Writes the operator as ONNX nodes, in the physical axis order that `cx` reports.
    ///
    /// # Errors
    /// What ONNX, or the opset being written, cannot express.
    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError>;

    /// Executes the operator on tensors in TFLite's own order, for validation. Without it a conversion is
    /// reported as unverified.
    ///
    /// # Errors
    /// Operands that the reference does not take, and what tract refuses.
    #[cfg(feature = "validate")]
    fn reference(&self, _cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        Err(OpError::unsupported("no reference execution"))
    }

    /// How the operator stands to quantised operands and results.
    fn quant(&self) -> QuantRule {
        QuantRule::Real
    }

    /// Where its operands are if it adds a bias to sums of products.
    fn bias(&self) -> Option<Bias> {
        None
    }

    /// How far two right executions may differ.
    fn tolerance(&self) -> Tolerance {
        Tolerance::EXACT
    }

    /// Does it know complex numbers, which are pairs along an extra last axis ([`Value::complex`])?
    fn takes_complex(&self) -> bool {
        false
    }

    /// How many elements a window of the operator's options sees for one element of the result: what one takes to
    /// compute, where the operands' shapes do not tell.
    fn window(&self) -> usize {
        1
    }

    /// Does it bring a real operand to 8 bits in each run, as LiteRT's hybrid kernels do?
    fn is_hybrid(&self, _io: &Operands<'_>) -> bool {
        false
    }

    /// Is what a runtime makes of it between DequantizeLinear and QuantizeLinear wrong, where LiteRT computes with
    /// real numbers?
    fn is_wrong_in_bytes(&self) -> bool {
        false
    }

    /// Subgraphs that the operator runs.
    fn subgraphs(&self) -> &[GraphId] {
        &[]
    }

    /// The operand that is the first input of each of its subgraphs; those behind it are the others.
    fn passes_from(&self) -> usize {
        0
    }

    /// Operands that are the operator's own from run to run: it reads there what the run before left, and leaves
    /// something. Where that is carried ([`Operands::carries`]), what is left is a result for each, in this order,
    /// behind those of the file; elsewhere they are constants.
    fn memories(&self) -> &'static [usize] {
        &[]
    }

    /// How the operator deals with variables that outlive it.
    fn state(&self) -> State<'_> {
        State::None
    }
}

/// What an operator has to do with variables, which live outside of the graph. Those who do have no other
/// meaning; they are gone before anything else looks at the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// Nothing, as nearly all.
    None,
    /// Its result is the handle of the variable of this name.
    Handle(&'a str),
    /// It runs a subgraph that gives variables their first values.
    Start(GraphId),
    /// Its result is the value of the variable whose handle is operand 0; it is given the value as operand 0
    /// instead.
    Read,
    /// It gives the variable whose handle is operand 0 the value of operand 1.
    Write,
}

/// The results of a subgraph that an operator runs.
pub(crate) type Returned = Vec<(DType, Option<crate::ir::Quant>, Shape)>;

/// How an operator stands to quantised operands and results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantRule {
    /// It computes with what they mean: operands are dequantised for it, results quantised after it. Always
    /// right, up to the rounding of integer kernels.
    Real,
    /// It moves elements without looking at them: where all its quantised operands and results have the same
    /// parameters, it is handed the stored integers.
    Moves,
    /// It moves or orders elements as they are stored, whatever their parameters say; that all of them are
    /// stored a step higher or lower makes no difference to it.
    Carries,
    /// It computes with the stored integers, whatever they mean.
    Stored,
}

/// Positions of the operands of an operator that adds a bias to sums of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bias {
    /// What is multiplied.
    pub input: usize,
    /// What it is multiplied by.
    pub weights: usize,
    /// What is added.
    pub bias: usize,
}

/// How far two right executions of one operator may be apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance {
    rounds: bool,
}

impl Tolerance {
    /// The bits are determined: data movement, integer arithmetic.
    pub const EXACT: Tolerance = Tolerance { rounds: false };
    /// Floating-point arithmetic, in an order the runtime chooses.
    pub const ROUNDING: Tolerance = Tolerance { rounds: true };

    /// May right results differ at all?
    pub fn rounds(self) -> bool {
        self.rounds
    }
}
