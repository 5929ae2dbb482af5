//! The end of a line. The compiler draws it; here is only what users can say about it.

use ziron_macros::{Options, Vars};
use ziron_runtime::segment::Segment;

/// Ends the line, so that the prompt goes on in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "line_break", position = 92)]
pub struct LineBreak {
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// It has no variables.
#[derive(Clone, Copy, Debug, Vars)]
pub struct LineBreakVars {}

impl Segment for LineBreak {
    type Facts<'a> = ();
    type Vars<'a> = LineBreakVars;

    fn vars(&self, (): ()) -> Option<LineBreakVars> {
        None
    }
}
