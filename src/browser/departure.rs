//! The wait between a navigation and the end of this page, which need not come.

use crate::browser::gate::{Gate, within};
use crate::browser::listener::Listener;
use crate::browser::property;
use std::time::Duration;

/// How long a page may take to be left.
const LONGEST: Duration = Duration::from_secs(60);

/// Why the page is still here.
pub enum Stayed {
    /// The user came back, and the browser had kept the page.
    CameBack,
    /// The navigation was stopped, or never got an answer.
    NeverLeft,
}

/// A page that is about to be left.
pub struct Departure {
    came_back: Gate,
    _listener: Option<Listener>,
}

impl Departure {
    /// From now on it is noticed when the user comes back.
    pub fn begin() -> Self {
        let came_back = Gate::default();
        came_back.shut();
        let bell = came_back.clone();
        let listener = Listener::on_window("pageshow", move |event| {
            if property(&event, "persisted").is_truthy() {
                bell.open();
            }
        });
        Departure {
            came_back,
            _listener: listener,
        }
    }

    /// Shut until the user comes back.
    pub fn came_back(&self) -> &Gate {
        &self.came_back
    }

    /// Ends only if the page is still here, or here again.
    pub async fn end(&self) -> Stayed {
        match within(LONGEST, Box::pin(self.came_back.pass())).await {
            Some(()) => Stayed::CameBack,
            None => Stayed::NeverLeft,
        }
    }
}
