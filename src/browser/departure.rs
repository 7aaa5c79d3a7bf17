//! The wait between a navigation and the end of this page, which need not come.

use crate::browser::latch::Latch;
use crate::browser::listener::Listener;
use crate::browser::property;
use crate::browser::timeout::timeout;
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
    came_back: Latch,
    _listener: Option<Listener>,
}

impl Departure {
    /// From now on it is noticed when the user comes back.
    pub fn begin() -> Self {
        let came_back = Latch::default();
        came_back.close();
        let notify = came_back.clone();
        let listener = Listener::on_window("pageshow", move |event| {
            if property(&event, "persisted").is_truthy() {
                notify.open();
            }
        });
        Departure {
            came_back,
            _listener: listener,
        }
    }

    /// Closed until the user comes back.
    pub fn came_back(&self) -> &Latch {
        &self.came_back
    }

    /// Ends only if the page is still here, or here again.
    pub async fn end(&self) -> Stayed {
        match timeout(LONGEST, Box::pin(self.came_back.wait())).await {
            Some(()) => Stayed::CameBack,
            None => Stayed::NeverLeft,
        }
    }
}
