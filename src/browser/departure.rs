//! The wait between a navigation and the end of this page, which need not come.

use crate::browser::listener::Listener;
use crate::browser::property;
use crate::browser::timer::Timer;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// How long a page may take to be left.
const LONGEST: Duration = Duration::from_secs(60);

/// Why the page is still here.
pub enum Stayed {
    /// The user came back, and the browser had kept the page.
    CameBack,
    /// The navigation was stopped, or never got an answer.
    NeverLeft,
}

/// Ends only if the page is still here, or here again.
pub async fn departure() -> Stayed {
    let mut guards = (None, None);
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let came_back = resolve.clone();
        guards.0 = Listener::on_window("pageshow", move |event| {
            if property(&event, "persisted").is_truthy() {
                // Calling a promise's own resolver can't fail.
                let _ = came_back.call1(&JsValue::NULL, &JsValue::TRUE);
            }
        });
        let never_left = resolve.clone();
        guards.1 = Timer::after(LONGEST, move || {
            let _ = never_left.call1(&JsValue::NULL, &JsValue::FALSE);
        });
        if guards.1.is_none() {
            let _ = resolve.call1(&JsValue::NULL, &JsValue::FALSE);
        }
    });
    let came_back = JsFuture::from(promise).await;
    drop(guards);
    match came_back {
        Ok(value) if value.is_truthy() => Stayed::CameBack,
        _ => Stayed::NeverLeft,
    }
}
