//! readline, as bash uses it.
