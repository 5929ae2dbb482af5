//! Styles of groups: from a style expression to a [`Look`].

use ziron_runtime::spec::{ArmSpec, OptionKind, VarKind};

use super::lower::{Lowering, Written};
use super::{Access, Look};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::syntax::format::{StyleExpr, StylePart};
use crate::syntax::style;

/// What a variable in a style stands for.
enum StyleValue {
    Text(String),
    Choice { access: Access, path: String, arms: &'static [ArmSpec] },
}

impl Lowering<'_> {
    /// Resolves the style of a group that is written in `origin`.
    pub(super) fn look(&mut self, expression: &StyleExpr, origin: &Written<'_>) -> Look {
        let mut values = Vec::new();
        for part in expression {
            if let StylePart::Variable { name, span } = part {
                let value = self.style_value(name).unwrap_or_else(|| {
                    self.unknown_style(name, span.clone(), origin);
                    StyleValue::Text(String::new())
                });
                values.push((name.as_str(), value));
            }
        }
        self.look_with(expression, &values, &mut Vec::new(), origin)
    }

    /// Resolves a style in which the variables of `chosen` have been decided.
    fn look_with(
        &mut self,
        expression: &StyleExpr,
        values: &[(&str, StyleValue)],
        chosen: &mut Vec<(String, String)>,
        origin: &Written<'_>,
    ) -> Look {
        let open = values.iter().find_map(|(name, value)| match value {
            StyleValue::Choice { access, path, arms } if !chosen.iter().any(|(done, _)| done == name) => {
                Some((*name, access, path, *arms))
            }
            _ => None,
        });
        if let Some((name, access, path, arms)) = open {
            let arms = arms
                .iter()
                .map(|arm| {
                    chosen.push((name.to_owned(), self.option_text(&arm.option).value));
                    let look = self.look_with(expression, values, chosen, origin);
                    chosen.pop();
                    (arm.variant.clone(), look)
                })
                .collect();
            return Look::Choice { access: access.clone(), path: path.clone(), arms };
        }
        let expanded = style::expand(expression, |name, _| {
            let decided = chosen.iter().find(|(done, _)| done == name).map(|(_, text)| text.clone());
            decided.unwrap_or_else(|| match values.iter().find(|(other, _)| other == &name) {
                Some((_, StyleValue::Text(text))) => text.clone(),
                _ => String::new(),
            })
        });
        let parsed = style::parse(expanded.as_str(), self.palette);
        if let Some(text) = origin.text {
            parsed
                .check(self.palette, self.diagnostics, |span| Some(text.source_span(expanded.place(span)?)));
        }
        parsed.style().map_or_else(|| self.absent.clone(), Look::Fixed)
    }

    fn style_value(&mut self, name: &str) -> Option<StyleValue> {
        if let Some((var, depth)) = self.variable(name) {
            let VarKind::Style { path, arms } = &var.kind else { return None };
            self.uses(var);
            return Some(StyleValue::Choice {
                access: Access { depth, name: name.to_owned() },
                path: path.clone(),
                arms,
            });
        }
        let option = self.spec.options.iter().find(|option| option.name == name)?;
        match option.kind {
            OptionKind::Style => Some(StyleValue::Text(self.option_text(name).value)),
            // A style that is not set is that of the module.
            OptionKind::OptionalStyle => Some(StyleValue::Text(match self.try_option_text(name) {
                Some(written) => written.value,
                None => self.option_text("style").value,
            })),
            _ => None,
        }
    }

    fn unknown_style(&mut self, name: &str, span: std::ops::Range<usize>, origin: &Written<'_>) {
        let Some(text) = origin.text else { return };
        let is_style = |kind: OptionKind| matches!(kind, OptionKind::Style | OptionKind::OptionalStyle);
        let options = self
            .spec
            .options
            .iter()
            .filter(|option| is_style(option.kind))
            .map(|option| option.name.as_str());
        let vars = self
            .spec
            .vars
            .iter()
            .filter(|var| matches!(var.kind, VarKind::Style { .. }))
            .map(|var| var.name.as_str());
        let names: Vec<&str> = options.chain(vars).collect();
        let message = format!("unknown variable `{name}` in a style");
        let label = if names.is_empty() {
            String::from("no variable can be used in this style")
        } else {
            format!("styles of `{}` can use: {}", self.spec.name, names.join(", "))
        };
        self.diagnostics.push(
            Diagnostic::new(Code::UnknownVariable, text.source_span(span), message)
                .label(label)
                .maybe_help(nearest(name, names).map(|name| format!("write `${name}`"))),
        );
    }
}
