//! TOML files.

use toml::de::{DeTable, DeValue};

/// A TOML document.
#[derive(Debug)]
pub(crate) struct Document<'t>(DeTable<'t>);

impl<'t> Document<'t> {
    pub(crate) fn parse(text: &'t str) -> Option<Document<'t>> {
        DeTable::parse(text).ok().map(|table| Document(table.into_inner()))
    }

    /// The text at a path of names.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Whether there is `true` at a path of names.
    pub(crate) fn is_true(&self, path: &[&str]) -> bool {
        self.at(path).and_then(DeValue::as_bool) == Some(true)
    }

    /// Whether there is anything at a path of names.
    pub(crate) fn has(&self, path: &[&str]) -> bool {
        self.at(path).is_some()
    }

    /// The text at a path of names, or the first of a list there.
    pub(crate) fn first_text(&self, path: &[&str]) -> Option<&str> {
        let value = self.at(path)?;
        value.as_str().or_else(|| value.as_array()?.iter().next()?.get_ref().as_str())
    }

    /// The names in the table at a path of names, with their texts.
    pub(crate) fn texts(&self, path: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        let table = self.at(path).and_then(DeValue::as_table);
        let pairs = table.into_iter().flat_map(DeTable::iter);
        pairs.filter_map(|(name, value)| Some((&**name.get_ref(), value.get_ref().as_str()?)))
    }

    fn at(&self, path: &[&str]) -> Option<&DeValue<'t>> {
        let (last, tables) = path.split_last()?;
        let mut table = &self.0;
        for name in tables {
            table = table.get(*name)?.get_ref().as_table()?;
        }
        Some(table.get(*last)?.get_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_path() {
        let text = "a.b = 'x'\nc = true\nd = ['y', 'z']\n[e]\n\"/w = 1\" = 'f'\ng = 3\n";
        let document = Document::parse(text).unwrap();
        assert_eq!(document.text(&["a", "b"]), Some("x"));
        assert_eq!(document.text(&["a"]), None);
        assert!(document.is_true(&["c"]) && !document.is_true(&["a"]));
        assert_eq!((document.first_text(&["d"]), document.first_text(&["a", "b"])), (Some("y"), Some("x")));
        assert_eq!(document.texts(&["e"]).collect::<Vec<_>>(), [("/w = 1", "f")]);
        assert!(document.has(&["e", "g"]) && !document.has(&["e", "h"]));
        assert!(Document::parse("a = 'x'\na = 'y'").is_none(), "a name that is there twice");
    }
}
