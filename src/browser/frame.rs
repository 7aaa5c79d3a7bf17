//! A hidden frame that is read, not spoken to, and removed when dropped.
//!
//! Whatever page is in it, it stays where it is: the sandbox lets it run scripts, send forms and use its cookies, as single
//! sign-on does, and neither navigate the app nor open windows and dialogs.

use crate::browser::timeout::sleep;
use crate::browser::{self, property, window};
use crate::error::{AuthError, ErrorCode, Result};
use crate::url::Url;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::Element;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    type HiddenFrame;

    #[wasm_bindgen(catch, js_name = loadFrame)]
    fn load_frame(
        href: &str,
        mark: &str,
        sandbox: &str,
    ) -> std::result::Result<Option<HiddenFrame>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn look(this: &HiddenFrame) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn status(this: &HiddenFrame) -> std::result::Result<Option<f64>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn remove(this: &HiddenFrame) -> std::result::Result<(), JsValue>;
}

/// What marks our frames, so that the app inside knows.
const MARK: &str = "data-placeos-auth";

/// What a page in a frame may do. Storage access is for identity providers whose cookies the browser keeps apart.
const SANDBOX: &str =
    "allow-scripts allow-same-origin allow-forms allow-storage-access-by-user-activation";

/// How often a frame is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What can be seen of a frame.
pub enum Seen {
    /// Nothing has come yet, or a page that is still loading.
    Nothing,
    /// A page of this origin, loaded or not.
    Page(Url, bool),
    /// A page of another origin, or one that may not be in a frame.
    Foreign,
    /// Its document has no frame any more: something in the app has removed it.
    Removed,
    /// The app's policy allows no such frame.
    Forbidden,
}

/// A hidden frame. Dropping it removes it, and ends what it loads.
#[must_use = "dropping a frame removes it"]
pub struct Frame {
    frame: HiddenFrame,
    loads: u32,
}

impl Frame {
    /// Loads a URL in a frame. `None` where the page has no place for one.
    pub fn load(href: &str) -> Option<Self> {
        let frame = load_frame(href, MARK, SANDBOX).ok()??;
        Some(Frame { frame, loads: 0 })
    }

    /// How many pages it had loaded when it was last looked at.
    pub fn loads(&self) -> u32 {
        self.loads
    }

    /// The HTTP status of the page in it, where that may be read and the browser tells.
    pub fn status(&self) -> Option<u16> {
        let status = self.frame.status().ok()??;
        Some(status as u16)
    }

    /// Waits a little, then looks.
    pub async fn look(&mut self) -> Seen {
        sleep(LOOK).await;
        let seen = self.frame.look().unwrap_or_default();
        self.loads = property(&seen, "0").as_f64().unwrap_or_default() as u32;
        let sight = property(&seen, "1");
        let href = match (sight.as_bool(), sight.as_string()) {
            (Some(true), _) => return Seen::Forbidden,
            (Some(false), _) => return Seen::Foreign,
            (None, Some(href)) => href,
            (None, None) => return Seen::Removed,
        };
        match browser::url::parse(&href, None) {
            Some(url) => Seen::Page(url, self.loads > 0),
            None => Seen::Nothing,
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // Our own function, which removes what we have added.
        let _ = self.frame.remove();
    }
}

/// A page in a frame of ours is there to be read, and does nothing by itself.
///
/// # Errors
/// `unsupported_environment` on such a page.
pub fn check_is_outside() -> Result<()> {
    let frame = window().ok().and_then(|window| window.frame_element().ok());
    let is_ours =
        |frame: Element| !property(&property(&frame, "dataset"), "placeosAuth").is_undefined();
    if frame.flatten().is_some_and(is_ours) {
        return Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "This page is in the hidden frame of a renewal, where the app does nothing. This is no fault.",
        ));
    }
    Ok(())
}
