//! Writing XML, and reading the elements of a verified body.

use std::fmt::Write as _;

use uppsala::{Document, NodeId};

/// For element content and attribute values in double quotes. Characters that XML 1.0 does not have become U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Else a reader would turn them into spaces or newlines.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// An element with its text and its children, detached from the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub namespace: String,
    pub name: String,
    /// Without that of its children.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub(crate) fn of(document: &Document<'_>, id: NodeId) -> Option<Self> {
        let element = document.element(id)?;
        let mut text = String::new();
        let mut children = Vec::new();
        for child in document.children(id) {
            match Self::of(document, child) {
                Some(element) => children.push(element),
                None => text.push_str(document.text_content(child).unwrap_or_default()),
            }
        }
        Some(Self {
            namespace: element.name.namespace_uri.as_deref().unwrap_or_default().to_owned(),
            name: element.name.local_name.to_string(),
            text,
            children,
        })
    }

    /// The only child of this name in the parent's namespace; `None` if there is none or more than one.
    pub fn child(&self, name: &str) -> Option<&Self> {
        let mut found =
            self.children.iter().filter(|it| it.name == name && it.namespace == self.namespace);
        found.next().filter(|_| found.next().is_none())
    }

    /// The text of [`Self::child`], without spaces around it; `None` if that has children of its own or no text.
    pub fn value(&self, name: &str) -> Option<&str> {
        let child = self.child(name).filter(|it| it.children.is_empty())?;
        Some(child.text.trim()).filter(|it| !it.is_empty())
    }
}
