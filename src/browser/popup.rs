//! A popup in which the server asks the user, and what a page of this origin in it has for the page that opened it.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    type Opened;

    #[wasm_bindgen(catch, js_name = openPopup)]
    fn open_popup() -> Result<Option<Opened>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn go(this: &Opened, href: &str, channel: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn look(this: &Opened) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = isOpen)]
    fn is_open(this: &Opened) -> Result<bool, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn focus(this: &Opened) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Opened, is_taken: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = offerAnswer)]
    async fn offer_answer(answer: &str, channel: &str) -> Result<JsValue, JsValue>;
}

/// What came of a look at a popup.
pub enum Seen {
    /// The address of an answer, perhaps not the one that is waited for.
    Answer(String),
    /// The user has closed it, or it can't be looked at.
    Closed,
    /// Nothing yet.
    Nothing,
}

/// A popup. Dropping it closes it.
#[must_use = "dropping a popup closes it"]
pub struct Popup(Opened);

impl Popup {
    /// Opens an empty one, in a click. `None` where the browser blocks it.
    pub fn open() -> Option<Self> {
        open_popup().ok()?.map(Popup)
    }

    /// Loads a URL in it. One that was closed meanwhile is found closed at the next look.
    ///
    /// Where the server's pages cut the popup off, its answer comes by this channel, whose name nobody else must know.
    pub fn go(&self, href: &str, channel: &str) {
        let _ = self.0.go(href, channel);
    }

    /// Waits a little, then looks.
    pub async fn look(&self) -> Seen {
        let seen = self.0.look().await.unwrap_or_default();
        match (seen.as_string(), seen.as_bool()) {
            (Some(text), _) => Seen::Answer(text),
            (None, Some(true)) => Seen::Nothing,
            _ => Seen::Closed,
        }
    }

    /// Whether it is still there, and hasn't been cut off.
    pub fn is_open(&self) -> bool {
        self.0.is_open().unwrap_or(false)
    }

    /// Brings it to the front.
    pub fn focus(&self) {
        // One that is gone can't be.
        let _ = self.0.focus();
    }

    /// Closes it, also while somebody looks at it.
    pub fn close(&self) {
        let _ = self.0.close(false);
    }

    /// Tells its page that its answer was taken, so that it closes itself, also where it was cut off.
    pub fn take_answer(&self) {
        let _ = self.0.close(true);
    }
}

impl Drop for Popup {
    fn drop(&mut self) {
        self.close();
    }
}

/// On a popup's page: offers the answer to the page that opened it. Says whether it was taken; this page closes itself then.
pub async fn offer(answer: &str, channel: &str) -> bool {
    let taken = offer_answer(answer, channel).await;
    taken.is_ok_and(|taken| taken == true)
}
