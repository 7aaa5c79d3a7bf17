//! The caller's `AbortSignal`, as the end of a wait.

use crate::browser::brand;
use crate::browser::latch::Latch;
use crate::browser::listener::Listener;
use crate::browser::timeout::before;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

/// Waits for a future unless the signal, if it is one, ends the wait.
///
/// # Errors
/// The signal's own reason.
pub async fn unless(
    signal: Option<JsValue>,
    future: Pin<Box<dyn Future<Output = ()> + '_>>,
) -> Result<(), JsValue> {
    let is_aborted = |signal: &JsValue| brand::read("AbortSignal", "aborted", signal);
    let known = signal.and_then(|signal| Some((is_aborted(&signal)?, signal)));
    let Some((was_aborted, signal)) = known else {
        future.await;
        return Ok(());
    };
    // Missing in browsers of before 2022.
    let reason = || brand::read("AbortSignal", "reason", &signal).unwrap_or_default();
    if was_aborted.is_truthy() {
        return Err(reason());
    }
    let aborted = Rc::new(Latch::default());
    aborted.close();
    let notify = Rc::clone(&aborted);
    let _listener = Listener::on(signal.unchecked_ref(), "abort", move |_| notify.open());
    let done = before(&aborted, future).await;
    done.ok_or_else(reason)
}
