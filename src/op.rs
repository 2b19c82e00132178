//! The extension surface: what an operator is, and how it is registered.
//!
//! One TFLite operator is one type that implements [`Operator`] and one [`OpDef`] row that says how to
//! make it from the file. The rest of the crate names no operator.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use crate::batch::{Batch, Batched, Holds, Span};
pub use crate::error::OpError;
pub use crate::ir::{
    Content, DType, Data, Dim, Literal, Order, Perm, Role, Shape, Symbol, Term, Value,
};
pub use crate::lower::{Cut, LowerCx, NodeBuilder, Wire};
#[cfg(feature = "validate")]
pub use crate::reference::ReferenceCx;
pub use crate::tflite::{Flex, RawOp};
#[cfg(feature = "validate")]
pub use tract_core::prelude::Tensor;

use crate::ir::{Graph, GraphId, OpId, ValueId};
use crate::tflite::schema::BuiltinOperator;

/// What a TFLite operator means. `check` and `lower` are the contract; every default is the safe answer.
pub trait Operator: Debug + Send + Sync {
    /// Refuses operands that the operator, or its lowering, does not take. Runs before everything else.
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError>;

    /// Shapes of the results, from those of the operands. `None`: the file's own shapes are trusted.
    /// A dimension that depends on data is a fresh symbol ([`Operands::unknown_dim`]).
    fn infer(&self, _io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(None)
    }

    /// The results as constants, where the operands determine them. Shape arithmetic and decoding of
    /// weights fold; arithmetic on weights is left to the runtime.
    fn fold(&self, _io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        Ok(None)
    }

    /// The elements of an integer result 0 as far as the operands' shapes tell them.
    fn terms(&self, _io: &Operands<'_>) -> Option<Vec<Term>> {
        None
    }

    /// Do the elements of this operand turn up in the results as they are, and decide nothing else? Where
    /// [`Operator::fold`] folds such an operand, extents known only at run time are carried along.
    fn moves(&self, _slot: usize) -> bool {
        false
    }

    /// Where the results hold the examples of a batch, given where the operands do, for another batch size than
    /// the file's. `io` is the operator at the file's own size. The default refuses.
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
    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError>;

    /// Executes the operator on tensors in TFLite's own order, for validation. Without it a conversion is
    /// reported as unverified.
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

    /// Subgraphs that the operator runs.
    fn subgraphs(&self) -> &[GraphId] {
        &[]
    }

    /// The operand that is the first input of each of its subgraphs; those behind it are the others.
    fn passes_from(&self) -> usize {
        0
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

/// How an operator stands to the physical order of its operands and results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Works in the file's own axis order alone.
    Barrier,
    /// Works in any order, so long as the axes correspond.
    Free(AxisMap),
    /// Works in one order alone.
    Fixed(Order, AxisMap),
}

/// The axes an operator works on (its *space*), and which axis of each operand and result is which of
/// them. Operands and results that are not listed stay in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AxisMap {
    pub(crate) roles: Vec<Role>,
    pub(crate) operands: Vec<(usize, Vec<usize>)>,
    pub(crate) results: Vec<(usize, Vec<usize>)>,
}

impl AxisMap {
    /// A space of `rank` axes that mean nothing in particular.
    pub fn new(rank: usize) -> Self {
        AxisMap {
            roles: vec![Role::Unknown; rank],
            ..Self::default()
        }
    }

    /// Batch, `rank - 2` spatial axes, channel: what TFLite's convolutions and pools work on.
    pub fn channels_last(rank: usize) -> Self {
        let mut roles = vec![Role::Batch];
        roles.extend((0..).map(Role::Space).take(rank.saturating_sub(2)));
        roles.push(Role::Channel);
        AxisMap {
            roles,
            ..Self::default()
        }
    }

    /// Operand 0 and result 0 have the axes of the space, in order.
    pub fn same(rank: usize) -> Self {
        Self::new(rank).operand(0, 0..rank).result(0, 0..rank)
    }

    /// Every operand is broadcast to result 0: axes are aligned at the right.
    pub fn elementwise(io: &Operands<'_>) -> Self {
        let rank = io.result(0).shape.rank();
        let mut map = Self::new(rank).result(0, 0..rank);
        for slot in 0..io.len() {
            if let Some(value) = io.get(slot) {
                let own = value.shape.rank();
                if own <= rank {
                    map = map.operand(slot, rank - own..rank);
                }
            }
        }
        map
    }

    /// Says which axis of the space each axis of an operand is.
    pub fn operand(mut self, slot: usize, axes: impl IntoIterator<Item = usize>) -> Self {
        self.operands.push((slot, axes.into_iter().collect()));
        self
    }

    /// Says which axis of the space each axis of a result is.
    pub fn result(mut self, slot: usize, axes: impl IntoIterator<Item = usize>) -> Self {
        self.results.push((slot, axes.into_iter().collect()));
        self
    }
}

/// A TFLite operator's row: its code, what the file may say of it, and how to make it.
#[derive(Clone)]
pub struct OpDef {
    pub(crate) code: Code,
    pub(crate) versions: RangeInclusive<i32>,
    pub(crate) operands: RangeInclusive<usize>,
    pub(crate) results: RangeInclusive<usize>,
    pub(crate) emits: &'static [&'static str],
    pub(crate) note: &'static str,
    pub(crate) kernel: Option<Kernel>,
    pub(crate) hands_on: bool,
    pub(crate) parse: Parse,
}

/// An operand of weights whose axes TFLite and PyTorch order differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The operand.
    pub(crate) slot: usize,
    /// A letter for each axis in the file's order: O(ut), I(n), C(hannels, each by itself), D, H, W.
    pub file: &'static str,
    /// The same in PyTorch's order, which is ONNX's.
    pub torch: &'static str,
    /// The file's axes in PyTorch's order.
    pub axes: &'static [usize],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Builtin(BuiltinOperator),
    Custom(Cow<'static, str>),
}

#[derive(Clone)]
pub(crate) enum Parse {
    Static(fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>),
    Custom(Arc<ParseFn>),
}

type ParseFn = dyn Fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError> + Send + Sync;

impl OpDef {
    /// A builtin operator. Without further words: version 1, one operand, one result.
    pub(crate) const fn new(
        code: BuiltinOperator,
        parse: fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>,
    ) -> Self {
        OpDef {
            code: Code::Builtin(code),
            versions: 1..=1,
            operands: 1..=1,
            results: 1..=1,
            emits: &[],
            note: "",
            kernel: None,
            hands_on: false,
            parse: Parse::Static(parse),
        }
    }

    /// A custom operator of this crate's own. Without further words: version 1, one operand, one result.
    pub(crate) const fn named(
        name: &'static str,
        parse: fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>,
    ) -> Self {
        OpDef {
            code: Code::Custom(Cow::Borrowed(name)),
            versions: 1..=1,
            operands: 1..=1,
            results: 1..=1,
            emits: &[],
            note: "",
            kernel: None,
            hands_on: false,
            parse: Parse::Static(parse),
        }
    }

    pub(crate) fn custom(
        name: &str,
        parse: impl Fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError> + Send + Sync + 'static,
    ) -> Self {
        OpDef {
            code: Code::Custom(Cow::Owned(name.to_owned())),
            versions: 0..=i32::MAX,
            operands: 0..=MANY,
            results: 0..=MANY,
            emits: &[],
            note: "",
            kernel: None,
            hands_on: false,
            parse: Parse::Custom(Arc::new(parse)),
        }
    }

    /// The versions whose meaning is known; LiteRT's register.cc has the same upper bounds.
    pub(crate) const fn versions(mut self, versions: RangeInclusive<i32>) -> Self {
        self.versions = versions;
        self
    }

    /// How many operands and results there may be, omitted ones counted.
    pub(crate) const fn arity(
        mut self,
        operands: RangeInclusive<usize>,
        results: RangeInclusive<usize>,
    ) -> Self {
        self.operands = operands;
        self.results = results;
        self
    }

    /// The ONNX operators that express it, for the documentation.
    pub(crate) const fn emits(mut self, emits: &'static [&'static str]) -> Self {
        self.emits = emits;
        self
    }

    /// What the documentation's table says of its limits.
    pub(crate) const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The operand that holds its weights, and how PyTorch orders their axes.
    pub(crate) const fn kernel(
        mut self,
        slot: usize,
        file: &'static str,
        torch: &'static str,
        axes: &'static [usize],
    ) -> Self {
        self.kernel = Some(Kernel {
            slot,
            file,
            torch,
            axes,
        });
        self
    }

    /// Its result is its first operand in another element type or encoding: what is said of the one holds of
    /// the other.
    pub(crate) const fn hands_on(mut self) -> Self {
        self.hands_on = true;
        self
    }

    /// TFLite's name of the operator.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.code {
            Code::Builtin(code) => match code.variant_name() {
                Some(name) => Cow::Borrowed(name),
                None => Cow::Owned(format!("builtin operator {}", code.0)),
            },
            Code::Custom(name) => Cow::Borrowed(&**name),
        }
    }

    /// Its number in the TFLite schema; a custom operator has none.
    pub fn code(&self) -> Option<i32> {
        match &self.code {
            Code::Builtin(code) => Some(code.0),
            Code::Custom(_) => None,
        }
    }

    /// The versions of it that are known.
    pub fn known_versions(&self) -> &RangeInclusive<i32> {
        &self.versions
    }

    /// The ONNX operators that express it.
    pub fn onnx(&self) -> &'static [&'static str] {
        self.emits
    }

    /// What it is limited to, where it is.
    pub fn limits(&self) -> &'static str {
        self.note
    }

    pub(crate) fn make(&self, raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        match &self.parse {
            Parse::Static(parse) => parse(raw),
            Parse::Custom(parse) => parse(raw),
        }
    }
}

/// An arity without a bound; the file's own size bounds it.
pub(crate) const MANY: usize = u16::MAX as usize;

impl Debug for OpDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpDef({})", self.name())
    }
}

/// An operator's operands and results, as the stages before lowering see them.
#[derive(Debug)]
pub struct Operands<'a> {
    graph: &'a Graph,
    operands: Vec<Option<ValueId>>,
    results: Vec<ValueId>,
    returned: Vec<Returned>,
}

impl<'a> Operands<'a> {
    pub(crate) fn new(graph: &'a Graph, op: OpId) -> Self {
        Operands {
            graph,
            operands: graph.operands(op),
            results: graph.results(op),
            returned: Vec::new(),
        }
    }

    /// The same, of an operator whose subgraphs give these results.
    pub(crate) fn returning(graph: &'a Graph, op: OpId, returned: Vec<Returned>) -> Self {
        Operands {
            returned,
            ..Self::new(graph, op)
        }
    }

    /// Shapes of the results of a subgraph, by its place among [`Operator::subgraphs`]. Refuses results that
    /// are not as many as the operator's, of its types.
    pub(crate) fn returned(&self, subgraph: usize) -> Result<Vec<Shape>, OpError> {
        let found = self.returned.get(subgraph).map_or(&[][..], Vec::as_slice);
        if found.len() != self.results() {
            return Err(OpError::inconsistent(format!(
                "its subgraph has {} results for its {}",
                found.len(),
                self.results()
            )));
        }
        for (slot, (stored, quant, _)) in found.iter().enumerate() {
            let result = self.result(slot);
            if (*stored, quant) != (result.stored, &result.quant) {
                let what = format!("{stored} as its subgraph gives it, with its quantisation");
                return Err(OpError::result(slot, what, result.stored));
            }
        }
        Ok(found.iter().map(|(_, _, shape)| shape.clone()).collect())
    }

    /// Refuses a subgraph, by its place among [`Operator::subgraphs`], that does not give one BOOL.
    pub(crate) fn expect_condition(&self, subgraph: usize) -> Result<(), OpError> {
        let found = self.returned.get(subgraph).map_or(&[][..], Vec::as_slice);
        match found {
            [(DType::Bool, _, shape)] if shape.count() == Some(1) => Ok(()),
            _ => Err(OpError::inconsistent(
                "its condition does not give one BOOL",
            )),
        }
    }

    /// Number of operands, omitted ones counted.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// Has it no operands at all?
    pub fn is_empty(&self) -> bool {
        self.operands.is_empty()
    }

    /// Does an operator read a result? Graph outputs are not counted.
    pub fn is_result_read(&self, slot: usize) -> bool {
        self.results
            .get(slot)
            .is_some_and(|&id| self.graph.is_read(id))
    }

    /// Does an operator that reads this result read constant real numbers too?
    pub fn meets_real_constants(&self, slot: usize) -> bool {
        let Some(&result) = self.results.get(slot) else {
            return false;
        };
        let constant = |value: &Value| {
            value.constant().is_some() && value.stored.is_float() && !value.is_quantized()
        };
        self.graph.consumers(result).any(|(op, _)| {
            let operands = self.graph.operands(op).into_iter().flatten();
            operands
                .into_iter()
                .any(|id| constant(self.graph.value(id)))
        })
    }

    /// The results of the operators that read this result.
    pub fn made_of(&self, slot: usize) -> impl Iterator<Item = &'a Value> + '_ {
        let result = self.results.get(slot).copied();
        let readers = result.into_iter().flat_map(|id| self.graph.consumers(id));
        let results = readers.flat_map(|(op, _)| self.graph.results(op));
        results.map(|id| self.graph.value(id))
    }

    /// Is any operand or result quantised?
    pub fn is_quantized(&self) -> bool {
        let mut values = self.operand_ids().chain(self.results.iter().copied());
        values.any(|id| self.graph.value(id).is_quantized())
    }

    /// Number of results.
    pub fn results(&self) -> usize {
        self.results.len()
    }

    /// Does anything that an operand is computed from hold quantised integers of 8 bits? Equal numbers are then
    /// common in it.
    pub(crate) fn descends_from_bytes(&self, slot: usize) -> bool {
        let mut seen = std::collections::HashSet::new();
        let mut left: Vec<ValueId> = self.operand_id(slot).into_iter().collect();
        while let Some(id) = left.pop() {
            let value = self.graph.value(id);
            if value.constant().is_some() || !seen.insert(id) {
                continue;
            }
            if value.is_quantized() && value.stored.bits().is_some_and(|bits| bits <= 8) {
                return true;
            }
            let producer = self.graph.producer(id);
            let operands = producer.map(|op| self.graph.operands(op));
            left.extend(operands.into_iter().flatten().flatten());
        }
        false
    }

    pub(crate) fn operand_id(&self, slot: usize) -> Option<ValueId> {
        self.operands.get(slot).copied().flatten()
    }

    pub(crate) fn result_id(&self, slot: usize) -> ValueId {
        self.results[slot]
    }

    pub(crate) fn operand_ids(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.operands.iter().copied().flatten()
    }

    pub(crate) fn result_ids(&self) -> &[ValueId] {
        &self.results
    }

    /// An operand, where it is given.
    pub fn get(&self, slot: usize) -> Option<&'a Value> {
        self.operand_id(slot).map(|id| self.graph.value(id))
    }

    /// An operand that must be given.
    pub fn operand(&self, slot: usize) -> Result<&'a Value, OpError> {
        self.get(slot)
            .ok_or_else(|| OpError::operand(slot, "a tensor", "none"))
    }

    /// A result. Arity is checked before any operator code runs.
    ///
    /// # Panics
    /// When `slot` is not below [`Operands::results`].
    pub fn result(&self, slot: usize) -> &'a Value {
        self.graph.value(self.results[slot])
    }

    /// Shape of an operand.
    pub fn shape(&self, slot: usize) -> Result<&'a Shape, OpError> {
        Ok(&self.operand(slot)?.shape)
    }

    /// Shape of an operand as numbers; an error where one is known only at run time.
    pub fn dims(&self, slot: usize) -> Result<Vec<usize>, OpError> {
        let shape = self.shape(slot)?;
        shape.fixed().ok_or_else(|| {
            OpError::unsupported_operand(slot, format!("needs a static shape, found {shape}"))
        })
    }

    /// Number of dimensions of an operand.
    pub fn rank(&self, slot: usize) -> Result<usize, OpError> {
        Ok(self.shape(slot)?.rank())
    }

    /// The elements of an INT32 or INT64 operand, where it is constant.
    pub fn known_ints(&self, slot: usize) -> Option<Vec<i64>> {
        self.get(slot)?.literal()?.ints()
    }

    /// The elements of an INT32 or INT64 operand that must be constant.
    pub fn ints(&self, slot: usize) -> Result<Vec<i64>, OpError> {
        self.known_ints(slot).ok_or_else(|| {
            let value = self.get(slot);
            let found = value.map_or("none".into(), |v| match v.constant() {
                Some(_) => v.dtype.to_string(),
                None => format!("computed {}", v.dtype),
            });
            OpError::unsupported_operand(
                slot,
                format!("expected constant INT32 or INT64, found {found}"),
            )
        })
    }

    /// The elements of an INT32 or INT64 operand, where each is a number or an extent of some value.
    pub fn terms(&self, slot: usize) -> Option<Vec<Term>> {
        let known = self.known_ints(slot);
        match known {
            Some(ints) => Some(ints.into_iter().map(Term::Number).collect()),
            None => Some(self.get(slot)?.terms.as_ref()?.to_vec()),
        }
    }

    /// The shape that a vector operand asks for as that of result 0: what is computed is a symbol.
    pub fn asked_shape(&self, slot: usize) -> Result<Shape, OpError> {
        self.expect_rank(slot, 1..=1)?;
        let rank = self.dims(slot)?.first().copied().unwrap_or(0);
        let Some(terms) = self.terms(slot) else {
            return self.unknown_shape(rank);
        };
        let dim = |term: &Term| match term {
            Term::Extent(symbol) => Ok(Dim::Symbol(symbol.clone())),
            Term::Number(n) => match usize::try_from(*n) {
                Ok(n) => Ok(Dim::Fixed(n)),
                Err(_) => Err(OpError::operand(slot, "no negative extents", n)),
            },
        };
        terms.iter().map(dim).collect()
    }

    /// The one element of a constant INT32 or INT64 operand.
    pub fn int(&self, slot: usize) -> Result<i64, OpError> {
        match self.ints(slot)?.as_slice() {
            [n] => Ok(*n),
            many => Err(OpError::operand(
                slot,
                "one element",
                format!("{} elements", many.len()),
            )),
        }
    }

    /// Refuses an operand of another rank.
    pub fn expect_rank(&self, slot: usize, ranks: RangeInclusive<usize>) -> Result<(), OpError> {
        let shape = self.shape(slot)?;
        if ranks.contains(&shape.rank()) {
            return Ok(());
        }
        let expected = if ranks.start() == ranks.end() {
            format!("rank {}", ranks.start())
        } else {
            format!("rank {} to {}", ranks.start(), ranks.end())
        };
        Err(OpError::operand(slot, expected, shape))
    }

    /// Refuses an operand of another element type.
    pub fn expect_dtype(&self, slot: usize, allowed: &[DType]) -> Result<(), OpError> {
        let dtype = self.operand(slot)?.dtype;
        if allowed.contains(&dtype) {
            return Ok(());
        }
        let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Err(OpError::operand(slot, names.join(" or "), dtype))
    }

    /// Refuses operands whose element types differ.
    pub fn expect_same_dtype(&self, slot: usize, other: usize) -> Result<(), OpError> {
        let (dtype, expected) = (self.operand(slot)?.dtype, self.operand(other)?.dtype);
        if dtype == expected {
            return Ok(());
        }
        Err(OpError::operand(
            slot,
            format!("{expected} like operand {other}"),
            dtype,
        ))
    }

    /// Refuses a result of another element type.
    pub fn expect_result_dtype(&self, slot: usize, expected: DType) -> Result<(), OpError> {
        let dtype = self.result(slot).dtype;
        if dtype == expected {
            return Ok(());
        }
        Err(OpError::result(slot, expected, dtype))
    }

    /// A dimension of a result that is known only at run time.
    pub fn unknown_dim(&self, result: usize, axis: usize) -> Dim {
        let name = &self.result(result).name;
        Dim::Symbol(Symbol::new(format!("{name}.{axis}")))
    }

    /// The shape of the first result where data say all of it but the rank.
    ///
    /// # Errors
    /// A rank that no runtime has: the length of a tensor that a file declares may be any number.
    pub fn unknown_shape(&self, rank: usize) -> Result<Shape, OpError> {
        expect_possible_rank(rank)?;
        Ok((0..rank).map(|axis| self.unknown_dim(0, axis)).collect())
    }
}

/// Refuses a number of dimensions that no runtime has (TFLite's kernels end at 8).
pub(crate) fn expect_possible_rank(rank: usize) -> Result<(), OpError> {
    match rank {
        0..=32 => Ok(()),
        _ => Err(OpError::too_large(format!("a result of {rank} dimensions"))),
    }
}

/// Resolves an axis that may count from the end.
pub fn resolve_axis(axis: i64, rank: usize) -> Result<usize, OpError> {
    let signed = i64::try_from(rank).unwrap_or(i64::MAX);
    let resolved = if axis < 0 { axis + signed } else { axis };
    usize::try_from(resolved)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| OpError::option("axis", format!("within rank {rank}"), axis))
}

/// The shape that numpy broadcasting gives; `None` where the shapes do not fit.
pub fn broadcast<'s>(shapes: impl IntoIterator<Item = &'s Shape>) -> Option<Shape> {
    let mut dims: Vec<Dim> = Vec::new(); // innermost first
    for shape in shapes {
        for (i, dim) in shape.dims().iter().rev().enumerate() {
            match dims.get_mut(i) {
                None => dims.push(dim.clone()),
                Some(have) if have == dim || dim.is_one() => {}
                Some(have) if have.is_one() => *have = dim.clone(),
                // A symbol against a number above 1: only the number makes the model valid.
                Some(have @ Dim::Symbol(_)) if dim.fixed().is_some() => *have = dim.clone(),
                Some(Dim::Fixed(_)) if dim.fixed().is_none() => {}
                // Two symbols: equal, or either of them is 1.
                Some(have @ Dim::Symbol(_)) => {
                    *have = Dim::Symbol(Symbol::new(format!("{have}|{dim}")));
                }
                Some(_) => return None,
            }
        }
    }
    dims.reverse();
    Some(dims.into_iter().collect())
}
