//! Tasks: what is spawned, in which order it runs, and who runs it.

mod core;
mod handle;
mod list;
mod priority;
mod single;
mod task;

pub(super) use self::core::Core;
pub use handle::Handle;
pub(crate) use list::{State, TaskInfo};
pub use priority::Priority;
pub use single::Single;
pub(crate) use task::Task;
