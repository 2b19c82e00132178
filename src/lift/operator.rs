//! One operator of the file: its definition, options, operands and results, each index checked.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::unknown::{Unknown, describe_unknown};
use super::{Lifter, graph_site};
use crate::error::{Error, ErrorKind, Site};
use crate::ir::{Graph, Origin, ValueId};
use crate::op::OpDef;
use crate::tflite::{self, RawOp, schema};

impl<'a> Lifter<'a> {
    pub(super) fn operator(
        &mut self,
        graph: &mut Graph,
        index: usize,
        operator: schema::Operator<'a>,
        values: &[ValueId],
        written: &[ValueId],
    ) -> Result<(), Error> {
        let codes = self.file.operator_codes();
        let count = codes.map_or(0, |list| list.len());
        let opcode = operator.opcode_index() as usize;
        let Some(code) = codes
            .filter(|_| opcode < count)
            .map(|list| list.get(opcode))
        else {
            return Err(Error::malformed(format!(
                "operator {index} has operator code {opcode}, and there are {count}"
            ))
            .at(graph_site(&graph.name)));
        };
        let Some((name, def)) = self.find(&graph.name, index, &code) else {
            return Ok(()); // Noted among the unknown ones.
        };
        let origin = Origin {
            subgraph: graph.name.clone(),
            index,
            code: name,
        };
        let version = code.version();
        check_version(&def, version, &origin)?;
        let operands = tensor_list(&origin, "operand", operator.inputs(), values, true)?;
        let results = tensor_list(&origin, "result", operator.outputs(), written, false)?;
        let results: Vec<ValueId> = results.into_iter().flatten().collect();
        check_arity(&def, "operands", operands.len(), &def.operands, &origin)?;
        check_arity(&def, "results", results.len(), &def.results, &origin)?;
        check_writes(graph, &origin, &operands, &results)?;
        let custom = self.custom_options(&origin, operator)?;
        let intermediates = operator.intermediates().into_iter().flatten();
        let intermediate = |index: i32| {
            let id = usize::try_from(index).ok().and_then(|i| values.get(i));
            id.map(|&id| graph.value(id).clone())
        };
        let raw = RawOp {
            intermediates: intermediates.map(intermediate).collect(),
            operator,
            version,
            custom: &custom,
            graphs: self.file.subgraphs().map_or(0, |list| list.len()),
            file: self.file,
        };
        let op = def
            .make(&raw)
            .map_err(|error| error.at(origin.site(), |_| None))?;
        graph.add_op(op, origin, &operands, &results);
        Ok(())
    }

    fn custom_options(
        &self,
        origin: &Origin,
        operator: schema::Operator<'a>,
    ) -> Result<Cow<'a, [u8]>, Error> {
        if operator.large_custom_options_offset() <= 1 {
            let inside = operator
                .custom_options()
                .map_or(&[][..], |data| data.bytes());
            return Ok(inside.into());
        }
        let start = operator.large_custom_options_offset();
        let found = self
            .source
            .slice(start, operator.large_custom_options_size());
        let fault = || Error::malformed("its options lie outside the file").at(origin.site());
        Ok(found.ok_or_else(fault)?.to_vec().into())
    }

    /// The definition of an operator code; unknown ones are noted.
    fn find(
        &mut self,
        graph: &Arc<str>,
        index: usize,
        code: &schema::OperatorCode<'a>,
    ) -> Option<(Arc<str>, Arc<OpDef>)> {
        let (builtin, name) = tflite::operator(code);
        if let Some(def) = self.registry.find(builtin, &name) {
            return Some((name, def.clone()));
        }
        let (what, advice) = describe_unknown(builtin, &name);
        let site = (graph.clone(), index);
        match self
            .unknown
            .iter_mut()
            .find(|known| known.code == name && known.what == what)
        {
            Some(known) => known.sites.push(site),
            None => self.unknown.push(Unknown {
                code: name,
                what,
                advice,
                sites: vec![site],
            }),
        }
        None
    }
}

fn check_version(def: &OpDef, version: i32, origin: &Origin) -> Result<(), Error> {
    // Version 0 stands in old files for a version nobody wrote.
    if version <= *def.versions.end() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "version {version} of this operator; versions up to {} are known",
            def.versions.end()
        ),
    )
    .at(origin.site()))
}

fn check_arity(
    def: &OpDef,
    what: &str,
    found: usize,
    allowed: &std::ops::RangeInclusive<usize>,
    origin: &Origin,
) -> Result<(), Error> {
    if allowed.contains(&found) {
        return Ok(());
    }
    let (low, high) = (allowed.start(), allowed.end());
    let expected = if low == high {
        format!("{low}")
    } else {
        format!("{low} to {high}")
    };
    debug_assert!(def.operands.start() <= def.operands.end());
    Err(Error::new(
        ErrorKind::Inconsistent,
        format!("expected {expected} {what}, found {found}"),
    )
    .at(origin.site()))
}

/// Resolves an operator's tensor indices; −1 is an omitted one.
fn tensor_list(
    origin: &Origin,
    what: &str,
    list: Option<flatbuffers::Vector<'_, i32>>,
    values: &[ValueId],
    optional: bool,
) -> Result<Vec<Option<ValueId>>, Error> {
    let list: Vec<i32> = list.into_iter().flatten().collect();
    if list.len() > usize::from(u16::MAX) {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("{} {what}s; at most 65535 are allowed", list.len()),
        )
        .at(origin.site()));
    }
    let resolve = |(slot, &index): (usize, &i32)| match usize::try_from(index) {
        Ok(i) if i < values.len() => Ok(Some(values[i])),
        Err(_) if index == -1 && optional => Ok(None),
        _ => Err(Error::malformed(format!(
            "{what} {slot} is tensor {index}, and there are {} tensors",
            values.len()
        ))
        .at(origin.site())),
    };
    list.iter().enumerate().map(resolve).collect()
}

/// Refuses a second producer, and results that were read before they are computed.
fn check_writes(
    graph: &Graph,
    origin: &Origin,
    operands: &[Option<ValueId>],
    results: &[ValueId],
) -> Result<(), Error> {
    let read: HashSet<ValueId> = operands.iter().copied().flatten().collect();
    let mut written = HashSet::new();
    for (slot, &result) in results.iter().enumerate() {
        let fault = if let Some(other) = graph.producer(result) {
            format!(
                "operator {} writes it already",
                graph.op(other).origin.index
            )
        } else if let Some((reader, _)) = graph.consumers(result).next() {
            format!(
                "operator {} reads it before it is computed: a cycle, or operators out of order",
                graph.op(reader).origin.index
            )
        } else if read.contains(&result) {
            "the operator reads it itself: a cycle".into()
        } else if !written.insert(result) {
            "the operator writes it twice".into()
        } else if graph.inputs.contains(&result) {
            "it is an input of the subgraph".into()
        } else if graph.value(result).constant().is_some() {
            "it is a constant".into()
        } else {
            continue;
        };
        let site = Site {
            place: Some(crate::error::Place::Result(slot)),
            tensor: Some(graph.value(result).name.clone()),
            ..origin.site()
        };
        return Err(Error::malformed(fault).at(site));
    }
    Ok(())
}
