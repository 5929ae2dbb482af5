//! The free room of a line. The compiler draws it; here is only what users can say about it.

use ziron_macros::{Options, Vars};
use ziron_runtime::segment::Segment;
use ziron_runtime::spec::StyleText;

/// Fills the free room of the line with a symbol; several share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "fill")]
pub struct Fill {
    /// What is repeated.
    #[option(default = ".")]
    pub symbol: &'static str,
    /// The style of the symbol.
    #[option(default = "bold black")]
    pub style: StyleText,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// It has no variables.
#[derive(Clone, Copy, Debug, Vars)]
pub struct FillVars {}

impl Segment for Fill {
    type Facts<'a> = ();
    type Vars<'a> = FillVars;

    fn vars(&self, (): ()) -> Option<FillVars> {
        None
    }
}
