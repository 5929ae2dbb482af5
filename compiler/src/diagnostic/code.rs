//! The codes of diagnostics, in one table.

use std::fmt;

use super::Severity;

/// Declares [`Code`] and what is known about each code: a row is a number, a severity, a title and an explanation.
macro_rules! codes {
    ($($name:ident = $number:literal $severity:ident $title:literal $explanation:literal)*) => {
        /// What kind of remark a diagnostic is. Displayed as `Z0103`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = concat!("Z", stringify!($number), ": ", $title, ".")] $name = $number,)*
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The severity that a diagnostic of this code usually has.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// One line about the code: lower-case, no full stop.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// A few sentences for `docs/diagnostics.md`: what it means, why it matters and what to do.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation,)* }
            }
        }
    };
}

impl Code {
    /// The number behind the `Z`.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Finds a code by what it is displayed as; case does not count.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.to_string().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Z{:04}", self.number())
    }
}

codes! {
    // Z00xx: TOML
    TomlSyntax = 1 Error
        "the file is not valid TOML"
        "The configuration is a TOML document (https://toml.io). Starship ignores a document that it cannot read and draws its \
        default prompt; Ziron builds nothing until it can be read. The usual reasons are a missing quote, and a backslash in a \
        double-quoted string: there, `\"\\\\[\"` is a backslash and a bracket. In single quotes a backslash is just a backslash."
    DuplicateKey = 2 Error
        "a key is given twice"
        "TOML allows each key once in a table, and each `[table]` once in a file. Remove one of the two, or merge them."
    NumberOutOfRange = 3 Error
        "a number does not fit"
        "Integers are 64 bits wide with a sign: from -9223372036854775808 to 9223372036854775807."

    // Z01xx: formats and variables
    Unclosed = 101 Error
        "a bracket, parenthesis or brace is not closed"
        "In a format string `[text](style)` styles text, `(text)` is shown only if one of its variables is, and `${name}` is a \
        variable. What is opened has to be closed, in the right order. To write the character itself, put a backslash before it: \
        `\\[`, `\\]`, `\\(`, `\\)`."
    UnexpectedClosing = 102 Error
        "a bracket or parenthesis closes nothing"
        "A `]` or `)` belongs to a `[` or `(` before it. To write the character itself, put a backslash before it: `\\]`, `\\)`."
    UnknownVariable = 103 Error
        "a variable is unknown here"
        "Each module has its own variables; they are listed in its documentation. Starship shows nothing for a variable that it \
        does not know. The variables of the root formats are the names of modules."
    MissingStyle = 104 Error
        "a group has no style"
        "A group is written `[text](style)`; the parenthesis with the style follows the bracket at once, without a space. The \
        style may be empty: `[text]()`. For text in brackets, write `\\[text\\]`."
    BadEscape = 105 Error
        "a backslash stands before a character that needs none"
        "In a format string a backslash is allowed before `[`, `]`, `(`, `)`, `\\` and `$`, and makes them ordinary text. Starship \
        rejects the whole format otherwise, and hides the module. For a backslash write two."
    BareDollar = 106 Error
        "a dollar sign is not followed by a name"
        "A dollar sign begins a variable, `$name` or `${name}`. Names start with a letter or an underscore. For a dollar sign write `\\$`."
    BadVariableName = 107 Error
        "the name of a variable has characters that it cannot have"
        "Between `${` and `}` everything is allowed except `[`, `]`, `(`, `)`, `\\`, `$` and `{`, but there has to be something."
    BadStyleText = 108 Error
        "a style contains characters that it cannot have"
        "The style of a group consists of words such as `bold` and `bg:blue`, and of variables such as `$style`. The characters \
        `[`, `]`, `(` and `\\` have no meaning in it, and there are no escapes."
    NestedTooDeep = 109 Error
        "a format is nested too deep"
        "Groups and conditionals may be nested 64 deep."
    NeverShown = 110 Warning
        "a conditional can never be shown"
        "Text in parentheses is shown only if one of the variables in it is; without variables it never is. Variables of styles do \
        not count. For text in parentheses write `\\(text\\)`."

    // Z02xx: styles and palettes
    UnknownColor = 201 Warning
        "a word of a style is neither an attribute nor a colour"
        "A style consists of `bold`, `italic`, `underline`, `dimmed`, `inverted`, `blink`, `hidden`, `strikethrough`, `none` and \
        colours; `bg:` before a colour makes it the background. A colour is one of black, red, green, yellow, blue, purple, cyan \
        and white, perhaps with `bright-` before it, a number from 0 to 255, `#RRGGBB`, `prev_fg`, `prev_bg` or a name from the \
        palette. As in starship, an unknown word takes the whole style away, and an unknown background takes the background away."
    UnknownPalette = 202 Warning
        "the palette is not defined"
        "`palette = \"name\"` chooses the table `[palettes.name]`. Without it, only the built-in colours have names."
    BadPaletteColor = 203 Warning
        "a colour of a palette is not a colour"
        "A palette's colour is `#RRGGBB`, a number from 0 to 255 or a built-in name such as `bright-blue`. It cannot be the name of \
        another colour of a palette. As in starship, the name behaves like an unknown colour."
    UnreachablePaletteName = 204 Warning
        "a name in a palette can never be used"
        "The words of a style are turned into lower case before they are looked up, so a name with a capital letter is never found. \
        Neither is one with a space, a number, or the name of an attribute, since those are understood first."

    // Z03xx: options
    UnknownOption = 301 Warning
        "an option is unknown"
        "No module and no option has this name. Starship ignores it with a warning at every prompt; Ziron ignores it with this one."
    WrongType = 302 Error
        "a value has the wrong type"
        "Starship throws away the whole table of the module when one of its values has the wrong type, and uses its defaults."
    OutOfRange = 303 Error
        "a value is out of range"
        "The documentation of the option says which values it takes."
    ConflictingOptions = 304 Error
        "two options contradict each other"
        "An option that has two names may be given by one of them only."
    NoOwnCrate = 305 Error
        "a type of one's own is named where there is no crate of one's own"
        "An eviction policy can be a Rust type of yours. `ziron-build` makes a program from the configuration alone, which has no such type; \
        a crate of yours can have the prompt with `ziron::prompt!`, and the type beside it."

    // Z04xx: modules and layout
    UnknownModule = 401 Error
        "a module is unknown"
        "A root format names modules: `$directory`, `${custom.name}`, `${env_var.NAME}`. Starship shows nothing for one that it does not know."
    DisabledModule = 402 Warning
        "a module is used but disabled"
        "The format names a module whose table says `disabled = true`, or which is off unless its table says `disabled = false`."
    EmptyPrompt = 403 Warning
        "the prompt is empty"
        "Nothing that the formats name can ever be shown."
    Cycle = 404 Error
        "a format contains itself"
        "A format names an option whose own format leads back to it. Starship shows nothing for it."
    NotYet = 405 Warning
        "a module of starship's is not built yet"
        "The configuration is right, but this version of Ziron has no such module. Nothing is shown for it."
    NoFacts = 406 Warning
        "a continuation prompt names a module"
        "The prompt of a continued line is drawn once, when the shell starts, and knows no facts. It can have text, styles and fills."
}
