//! Which operators are known: builtin ones by code, custom ones by name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::OpError;
use crate::op::{Code, OpDef, Operator};
use crate::tflite::RawOp;
use crate::tflite::schema::BuiltinOperator;

/// The operators that a conversion knows.
#[derive(Clone, Debug)]
pub struct Registry {
    builtin: HashMap<i32, Arc<OpDef>>,
    custom: HashMap<Arc<str>, Arc<OpDef>>,
}

impl Registry {
    /// Everything this crate knows.
    pub fn builtin() -> Self {
        let mut registry = Registry {
            builtin: HashMap::new(),
            custom: HashMap::new(),
        };
        for row in crate::ops::all() {
            registry.insert(row.clone());
        }
        registry
    }

    /// Adds a custom operator, or replaces one of the same name.
    ///
    /// `parse` makes the operator from what the file says of it, its options above all
    /// ([`RawOp::custom_options`]).
    pub fn with_custom<P>(mut self, name: &str, parse: P) -> Self
    where
        P: Fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError> + Send + Sync + 'static,
    {
        self.insert(OpDef::custom(name, parse));
        self
    }

    fn insert(&mut self, def: OpDef) {
        match &def.code {
            Code::Builtin(code) => {
                self.builtin.insert(code.0, Arc::new(def));
            }
            Code::Custom(name) => {
                self.custom.insert(Arc::from(&**name), Arc::new(def));
            }
        }
    }

    /// An operator by its code, a custom one by its name.
    pub(crate) fn find(&self, code: BuiltinOperator, name: &str) -> Option<&Arc<OpDef>> {
        match code {
            BuiltinOperator::CUSTOM => self.custom.get(name),
            code => self.builtin.get(&code.0),
        }
    }

    /// Every row: builtin ones by code, then custom ones by name.
    pub fn rows(&self) -> Vec<&OpDef> {
        let mut builtin: Vec<_> = self.builtin.iter().collect();
        builtin.sort_by_key(|(code, _)| **code);
        let mut custom: Vec<_> = self.custom.iter().collect();
        custom.sort_by_key(|(name, _)| (*name).clone());
        let builtin = builtin.into_iter().map(|(_, row)| &**row);
        builtin
            .chain(custom.into_iter().map(|(_, row)| &**row))
            .collect()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::builtin()
    }
}
