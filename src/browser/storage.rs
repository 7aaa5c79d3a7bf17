//! `sessionStorage` and `localStorage`, either of which a browser may block, and fill.

use crate::browser::window;
use crate::options::StorageKind;
use web_sys::Storage;

/// A storage area that lasts beyond this page.
pub struct Area(Storage);

impl Area {
    /// The area of that kind, where there is one and the browser allows it.
    pub fn open(kind: StorageKind) -> Option<Self> {
        let window = window().ok()?;
        match kind {
            StorageKind::Session => window.session_storage(),
            StorageKind::Local => window.local_storage(),
            StorageKind::Memory => return None,
        }
        .ok()
        .flatten()
        .map(Area)
    }

    /// The text under a key.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0.get_item(key).ok().flatten()
    }

    /// Puts a text under a key; says whether it is there now. What was there before is gone either way.
    pub fn set(&self, key: &str, text: &str) -> bool {
        // A stand-in may take it and keep nothing.
        let stored = self.0.set_item(key, text).is_ok() && self.get(key).as_deref() == Some(text);
        if !stored {
            self.remove(key);
        }
        stored
    }

    /// Removes a key.
    pub fn remove(&self, key: &str) {
        // A browser that refuses this has refused to store anything, too.
        let _ = self.0.remove_item(key);
    }

    /// Every key that begins so.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let length = self.0.length().unwrap_or(0);
        (0..length)
            .filter_map(|index| self.0.key(index).ok().flatten())
            .filter(|key| key.starts_with(prefix))
            .collect()
    }
}

/// What has to outlive the way to the server and back: in this tab's area or, where that is blocked or full, in the one
/// all tabs share.
pub mod crossing {
    use super::Area;
    use crate::options::StorageKind;

    /// The areas there are, the preferred one first.
    pub fn areas() -> impl Iterator<Item = Area> {
        [StorageKind::Session, StorageKind::Local]
            .into_iter()
            .filter_map(Area::open)
    }

    /// The text under a key.
    pub fn get(key: &str) -> Option<String> {
        areas().find_map(|area| area.get(key))
    }

    /// Puts a text under a key; says whether it is there now.
    pub fn set(key: &str, text: &str) -> bool {
        areas().any(|area| area.set(key, text))
    }

    /// Removes a key, and returns what was there.
    pub fn take(key: &str) -> Option<String> {
        let text = get(key);
        areas().for_each(|area| area.remove(key));
        text
    }
}
