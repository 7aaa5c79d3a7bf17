//! The caller's `AbortSignal`, as the end of a wait.

use crate::browser::gate::{Gate, before};
use crate::browser::listener::Listener;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

/// Waits for a future unless the signal, if it is one, ends the wait.
///
/// # Errors
/// The signal's own reason.
pub async fn unless(
    signal: Option<JsValue>,
    future: Pin<Box<dyn Future<Output = ()> + '_>>,
) -> Result<(), JsValue> {
    let Some(Ok(signal)) = signal.map(JsCast::dyn_into::<AbortSignal>) else {
        future.await;
        return Ok(());
    };
    let aborted = Rc::new(Gate::default());
    aborted.shut();
    let bell = Rc::clone(&aborted);
    let _listener = Listener::on(&signal, "abort", move |_| bell.open());
    if signal.aborted() {
        return Err(signal.reason());
    }
    let done = before(&aborted, future).await;
    done.ok_or_else(|| signal.reason())
}
