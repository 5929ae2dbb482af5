//! Rows: modules that differ in nothing but the values of their options.

/// A row of a table of modules: the name of its constant, its documentation, its place in `$all`, and the row itself.
pub(crate) type Row<T> = (&'static str, &'static str, u32, T);

/// Declares the rows of a table, a constant for each, and the list of them. A row is its doc comment and `CONSTANT
/// "name" at POSITION { fields }`.
macro_rules! rows {
    ($type:ident: $($(#[doc = $doc:literal])* $constant:ident $name:literal at $position:literal {
        $($field:ident: $value:expr),* $(,)?
    })*) => {
        $(
            $(#[doc = $doc])*
            pub const $constant: $type = $type {
                name: $name,
                $($field: $value,)*
                ..$type::DEFAULT
            };
        )*

        /// All rows.
        pub(crate) const ROWS: &[$crate::tools::rows::Row<$type>] =
            &[$((stringify!($constant), concat!($($doc, "\n"),*), $position, $constant)),*];
    };
}
pub(crate) use rows;
