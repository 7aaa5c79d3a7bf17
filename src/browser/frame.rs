//! A hidden frame that is read, not spoken to, and removed when dropped.

use crate::browser::listener::Listener;
use crate::browser::timer::sleep;
use crate::browser::{property, window};
use crate::error::{AuthError, ErrorCode, Result};
use crate::url::Url;
use js_sys::Function;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlIFrameElement};

/// What marks our frames, for the app inside to know.
const MARK: &str = "data-placeos-auth";

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
}

/// A hidden frame. Dropping it removes it, and ends what it loads.
#[must_use = "dropping a frame removes it"]
pub struct Frame {
    element: HtmlIFrameElement,
    loads: Rc<Cell<u32>>,
    _listener: Option<Listener>,
}

impl Frame {
    /// Loads a URL in a frame. `None` where the page has no place for one.
    pub fn load(href: &str) -> Option<Self> {
        let document = window().ok()?.document()?;
        let element = document.create_element("iframe").ok()?;
        for (name, value) in [
            (MARK, ""),
            ("hidden", ""),
            ("aria-hidden", "true"),
            ("tabindex", "-1"),
            ("src", href),
        ] {
            element.set_attribute(name, value).ok()?;
        }
        let loads = Rc::new(Cell::new(0));
        let counter = Rc::clone(&loads);
        let listener = Listener::on(&element, "load", move |_| counter.set(counter.get() + 1));
        document.document_element()?.append_child(&element).ok()?;
        Some(Frame {
            element: element.unchecked_into(),
            loads,
            _listener: listener,
        })
    }

    /// How many pages it has loaded.
    pub fn loads(&self) -> u32 {
        self.loads.get()
    }

    /// The HTTP status of the page in it, where that may be read and the browser tells.
    pub fn status(&self) -> Option<u16> {
        let window = self.element.content_window()?;
        let performance = property(&window, "performance");
        let entries: Function = property(&performance, "getEntriesByType").dyn_into().ok()?;
        let entries = entries.call1(&performance, &"navigation".into()).ok()?;
        let status = property(&property(&entries, "0"), "responseStatus");
        status.as_f64().map(|status| status as u16)
    }

    /// Waits a little, then looks.
    pub async fn look(&self) -> Seen {
        sleep(LOOK).await;
        let Some(window) = self.element.content_window() else {
            return Seen::Nothing;
        };
        let Ok(href) = window.location().href() else {
            return Seen::Foreign;
        };
        match crate::browser::url::parse(&href, None) {
            // Its first page is about:blank.
            Some(url) if url.is_http() => Seen::Page(url, self.loads() > 0),
            _ => Seen::Nothing,
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.element.remove();
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
            "This page is in the hidden frame of a renewal, where the app does nothing. Nothing is wrong.",
        ));
    }
    Ok(())
}
