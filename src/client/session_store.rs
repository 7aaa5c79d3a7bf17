//! Where the session is stored.

use crate::browser::storage::{Area, crossing};
use crate::options::StorageKind;
use crate::secret::Secret;

/// The storage under the session's key.
pub struct SessionStore {
    kind: StorageKind,
    key: String,
}

impl SessionStore {
    /// The storage of that kind, under that key.
    pub fn new(kind: StorageKind, key: String) -> Self {
        SessionStore { kind, key }
    }

    fn area(&self) -> Option<Area> {
        Area::open(self.kind)
    }

    /// The text that is there.
    pub fn read(&self) -> Option<Secret> {
        self.area()?.get(&self.key).map(Secret::new)
    }

    /// Stores a text; says whether it is there now.
    pub fn write(&self, text: &Secret) -> bool {
        let area = self.area();
        area.is_some_and(|area| area.set(&self.key, text.reveal()))
    }

    /// Removes the text.
    pub fn remove(&self) {
        if let Some(area) = self.area() {
            area.remove(&self.key);
        }
    }

    /// Removes what is under this key in every storage of this origin.
    pub fn clear(&self) {
        crossing::take(&self.key);
    }
}
