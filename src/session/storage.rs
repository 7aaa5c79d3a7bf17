//! What may be stored, replaced and removed under the session's key, which other tabs and later pages write, too.

use super::effect::Effect;
use crate::oauth::tokens::{Generation, Tokens};
use crate::options::StorageKind;
use crate::secret::Secret;

/// The storage under the session's key, as far as this page knows.
#[derive(Debug)]
pub(super) struct Storage {
    pub kind: StorageKind,
    /// What is there now.
    there: Option<Secret>,
    /// What this page stored there, or took up from there.
    own: Option<Secret>,
}

impl Storage {
    pub fn new(kind: StorageKind) -> Self {
        Storage {
            kind,
            there: None,
            own: None,
        }
    }

    /// This is there at the moment.
    pub fn look(&mut self, there: Option<Secret>) {
        self.there = there;
    }

    /// The text that is there.
    pub fn text(&self) -> Option<&Secret> {
        self.there.as_ref()
    }

    /// The tokens that are there.
    pub fn tokens(&self) -> Option<Tokens> {
        Tokens::from_text(self.there.as_ref()?.reveal())
    }

    /// Takes up what is there.
    pub fn take_up(&mut self) -> Option<Secret> {
        self.own = self.there.clone();
        self.own.clone()
    }

    /// Whether a later page finds what this page has.
    pub fn has_own(&self) -> bool {
        self.own.is_some()
    }

    fn is_own(&self) -> bool {
        let there = self.there.as_ref().map(Secret::reveal);
        there == self.own.as_ref().map(Secret::reveal)
    }

    /// Stores a session that begins, in place of any other.
    pub fn store(&mut self, text: Secret, out: &mut Vec<Effect>) {
        if self.kind == StorageKind::Memory {
            return;
        }
        self.there = Some(text.clone());
        self.own = Some(text.clone());
        out.push(Effect::Store(text));
    }

    /// The browser did not store it.
    pub fn not_stored(&mut self) {
        self.own = None;
    }

    /// Stores newer tokens, unless another session or still newer tokens are there: what this tab has then lasts as long as
    /// the page.
    pub fn replace(&mut self, text: Secret, own: Generation, out: &mut Vec<Effect>) {
        let is_other = self.tokens().is_some_and(|there| {
            let there = there.generation();
            !there.same_session(own) || there.supersedes(own)
        });
        if !is_other {
            self.store(text, out);
        }
    }

    /// Stores tokens that another tab has told of. Where all tabs share the storage, that tab has done so already: a late
    /// message must not put older tokens over newer ones.
    pub fn keep(&mut self, text: Secret, own: Generation, out: &mut Vec<Effect>) {
        match self.kind {
            StorageKind::Local => self.own = Some(text),
            StorageKind::Session | StorageKind::Memory => self.replace(text, own, out),
        }
    }

    /// Removes what this page stored, unless another page has stored something else since.
    pub fn remove(&mut self, out: &mut Vec<Effect>) {
        if self.own.is_some() && self.is_own() {
            self.there = None;
            out.push(Effect::Remove);
        }
        self.own = None;
    }

    /// Removes whatever is there: the user signs out.
    pub fn clear(&mut self, out: &mut Vec<Effect>) {
        self.there = None;
        self.own = None;
        out.push(Effect::Clear);
    }

    /// The tokens there, if another page has stored them.
    pub fn by_another(&self) -> Option<Tokens> {
        if self.is_own() { None } else { self.tokens() }
    }

    /// Whether the session of these tokens ended while this page was away: it is not there any more, or a later page of this
    /// tab has put another in its place.
    pub fn says_over(&self, own: Generation) -> bool {
        let is_over = match self.tokens() {
            None => true,
            Some(there) => {
                self.kind == StorageKind::Session && !there.generation().same_session(own)
            }
        };
        is_over && self.own.is_some()
    }
}
