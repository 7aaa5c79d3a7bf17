//! A WebSocket, up to the moment at which it is open or has failed.

use crate::browser::latch::Latch;
use crate::browser::listener::Listener;
use crate::browser::property;
use crate::browser::timeout::timeout;
use crate::error::{AuthError, ErrorCode, Result};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::WebSocket;

/// How long a connection may take.
const LONGEST: Duration = Duration::from_secs(15);

/// Connects; `protocols` is a text, an array of texts, or undefined.
///
/// # Errors
/// `configuration` for protocols that can't be; `network` for a connection that was refused or could not be made, which
/// browsers don't tell apart; `timeout`.
pub async fn connect(url: &str, protocols: &JsValue) -> Result<WebSocket> {
    let socket = WebSocket::new_with_str_sequence(url, protocols).map_err(|_| {
        AuthError::option("protocols", "holds something that is no protocol's name.")
    })?;
    let over = Rc::new(Latch::default());
    over.close();
    let _listeners = ["open", "close"].map(|event| {
        let over = Rc::clone(&over);
        Listener::on(&socket, event, move |_| over.open())
    });
    let is_over = timeout(LONGEST, Box::pin(over.wait())).await.is_some();
    if property(&socket, "readyState") == f64::from(WebSocket::OPEN) {
        return Ok(socket);
    }
    // Closing what is closed, or was never open, can't fail.
    let _ = socket.close();
    Err(if is_over {
        AuthError::new(
            ErrorCode::Network,
            "The WebSocket was refused, or the server is out of reach.",
        )
    } else {
        AuthError::new(
            ErrorCode::Timeout,
            "The WebSocket was not open within 15 seconds. Try again later.",
        )
    })
}
