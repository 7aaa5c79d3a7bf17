//! A hidden frame that is read, not spoken to, and removed when dropped.
//!
//! Whatever page is in it, it stays where it is: the sandbox lets it run scripts, send forms and use its cookies, as single
//! sign-on does, and neither navigate the app nor open windows and dialogs.

use crate::browser::listener::Listener;
use crate::browser::timeout::sleep;
use crate::browser::{property, window};
use crate::error::{AuthError, ErrorCode, Result};
use crate::url::Url;
use js_sys::Function;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlIFrameElement};

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
    element: HtmlIFrameElement,
    loads: Rc<Cell<u32>>,
    /// What a policy has kept out meanwhile: this frame, or some frame.
    kept_out: Rc<Cell<Option<bool>>>,
    _listeners: [Option<Listener>; 2],
}

impl Frame {
    /// Loads a URL in a frame. `None` where the page has no place for one.
    pub fn load(href: &str) -> Option<Self> {
        let document = window().ok()?.document()?;
        let element: HtmlIFrameElement = document.create_element("iframe").ok()?.unchecked_into();
        for (name, value) in [(MARK, ""), ("sandbox", SANDBOX), ("src", href)] {
            element.set_attribute(name, value).ok()?;
        }
        // No rule of the app's beats this, and no policy forbids it, as it would an attribute.
        let style = element.style();
        style
            .set_property_with_priority("display", "none", "important")
            .ok()?;
        let loads = Rc::new(Cell::new(0));
        let kept_out = Rc::new(Cell::new(None));
        let listeners = [
            Listener::on(&element, "load", {
                let loads = Rc::clone(&loads);
                move |_| loads.set(loads.get() + 1)
            }),
            // Only Chromium shows a page of its own then.
            Listener::on(&document, "securitypolicyviolation", {
                let (href, kept_out) = (href.to_owned(), Rc::clone(&kept_out));
                move |event| kept_out.set(kept_out.get().max(forbids(&event, &href)))
            }),
        ];
        document.document_element()?.append_child(&element).ok()?;
        Some(Frame {
            element,
            loads,
            kept_out,
            _listeners: listeners,
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
        let kept_out = self.kept_out.get();
        if kept_out == Some(true) {
            return Seen::Forbidden;
        }
        let Some(window) = self.element.content_window() else {
            return Seen::Removed;
        };
        let Ok(href) = window.location().href() else {
            return Seen::Foreign;
        };
        match crate::browser::url::parse(&href, None) {
            // Its first page is about:blank.
            Some(url) if url.is_http() => Seen::Page(url, self.loads() > 0),
            _ if kept_out.is_some() => Seen::Foreign,
            _ => Seen::Nothing,
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.element.remove();
    }
}

/// Whether the page's policy has kept a frame out, and if so, whether it was the one with this URL: browsers name what they
/// kept out as a whole, or by its origin, or by that of the place it was redirected to. A policy that only reports keeps
/// nothing out.
fn forbids(violation: &Event, href: &str) -> Option<bool> {
    let text = |name| property(violation, name).as_string();
    let is_frame = text("effectiveDirective")? == "frame-src" && text("disposition")? == "enforce";
    let blocked = text("blockedURI")?;
    is_frame.then(|| !blocked.is_empty() && href.starts_with(&blocked))
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
