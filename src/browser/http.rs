//! Our own requests to the server's endpoints. They follow no redirect, for it could lead secrets anywhere; they end in
//! time; and they read no more than a sensible answer holds.

use crate::browser::gate::within;
use crate::browser::{json, native};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::http::{Answer, Fields, Post, Value};
use js_sys::{Array, Reflect, Uint8Array};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, ReadableStreamDefaultReader, Response};

/// How long an answer may take, to its last byte.
const LONGEST: Duration = Duration::from_secs(15);

/// The most bytes an answer may have.
const MOST_BYTES: u32 = 256 * 1024;

/// The options of both kinds of request, as JSON: much shorter than a setter for each.
const GET: &str = r#"{"cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer"}"#;
const POST: &str = r#"{"method":"POST","cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer","headers":{"Content-Type":"application/x-www-form-urlencoded"}}"#;

/// The same for an answer that nobody reads.
const UNREAD: &str =
    r#"{"mode":"no-cors","credentials":"omit","cache":"no-store","referrerPolicy":"no-referrer"}"#;

/// An answer of the server's.
pub struct Reply {
    status: u16,
    retry_after: Option<String>,
    body: Option<Body>,
}

impl Reply {
    /// As the pure parts judge it.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            retry_after: self.retry_after.as_deref(),
            body: self.body.as_ref().map(|body| body as &dyn Fields),
        }
    }
}

/// A JSON object that the browser has parsed.
struct Body(JsValue);

impl Fields for Body {
    fn get(&self, name: &str) -> Value {
        let value = Reflect::get(&self.0, &name.into()).unwrap_or_default();
        if value.is_null() || value.is_undefined() {
            Value::Missing
        } else if let Some(text) = value.as_string() {
            Value::Text(text)
        } else if let Some(number) = value.as_f64() {
            Value::Number(number)
        } else {
            value.as_bool().map_or(Value::Other, Value::Flag)
        }
    }

    fn json(&self, name: &str) -> Option<String> {
        json::to_text(&Reflect::get(&self.0, &name.into()).ok()?)
    }
}

/// Gets a JSON object.
///
/// # Errors
/// `network`, `timeout`
pub async fn get(url: &str) -> Result<Reply> {
    send(url, None, false).await
}

/// Posts a form.
///
/// # Errors
/// `network`, `timeout`
pub async fn post(post: Post) -> Result<Reply> {
    send(&post.url, Some(post.body.reveal()), post.outlives_page).await
}

/// Whether anybody answers there, readable for this page or not.
pub async fn is_there(url: &str) -> bool {
    let asked = async {
        let init = js_sys::JSON::parse(UNREAD)?;
        JsFuture::from(native::own_fetch(url, &init)).await
    };
    matches!(within(LONGEST, Box::pin(asked)).await, Some(Ok(_)))
}

async fn send(url: &str, body: Option<&str>, keepalive: bool) -> Result<Reply> {
    let reply = within(LONGEST, Box::pin(exchange(url, body, keepalive))).await;
    let Some(reply) = reply else {
        return Err(AuthError::new(
            ErrorCode::Timeout,
            "The server didn't answer within 15 seconds. Try again later.",
        ));
    };
    reply.map_err(|_| {
        AuthError::new(
            ErrorCode::Network,
            "No answer was had from the server: it is out of reach, or doesn't allow this page's origin (CORS).",
        )
    })
}

async fn exchange(
    url: &str,
    body: Option<&str>,
    keepalive: bool,
) -> std::result::Result<Reply, JsValue> {
    let abort = Abort(AbortController::new()?);
    let init = js_sys::JSON::parse(body.map_or(GET, |_| POST))?;
    Reflect::set(&init, &"signal".into(), &abort.0.signal())?;
    Reflect::set(&init, &"keepalive".into(), &keepalive.into())?;
    let bytes = body.map(|body| Uint8Array::from(body.as_bytes()));
    if let Some(bytes) = &bytes {
        Reflect::set(&init, &"body".into(), bytes)?;
    }
    let response = native::own_fetch(url, &init);
    // The browser has its own copy of the secrets in it by now.
    if let Some(bytes) = bytes {
        bytes.fill(0, 0, bytes.length());
    }
    let response: Response = JsFuture::from(response).await?.unchecked_into();
    Ok(Reply {
        status: response.status(),
        retry_after: retry_after(&response),
        body: read(&response).await?,
    })
}

/// For how many seconds the server wants to be left alone. Where it names a date instead, the browser knows which one.
fn retry_after(response: &Response) -> Option<String> {
    let text = response.headers().get("Retry-After").ok()??;
    if text.parse::<u64>().is_ok() {
        return Some(text);
    }
    let span = js_sys::Date::parse(&text) - js_sys::Date::now();
    Some(((span / 1000.0) as u64).to_string())
}

/// The JSON object in a body, if it is one, and not too long.
async fn read(response: &Response) -> std::result::Result<Option<Body>, JsValue> {
    let Some(stream) = response.body() else {
        return Ok(None);
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let chunks = Array::new();
    let mut length = 0;
    loop {
        let read = JsFuture::from(reader.read()).await?;
        let chunk = Reflect::get(&read, &"value".into())?;
        let Some(bytes) = chunk.dyn_ref::<Uint8Array>() else {
            break;
        };
        length += bytes.length();
        if length > MOST_BYTES {
            return Ok(None);
        }
        chunks.push(&chunk);
    }
    let text = JsFuture::from(Blob::new_with_u8_array_sequence(&chunks)?.text()).await?;
    let value = js_sys::JSON::parse(&text.as_string().unwrap_or_default()).unwrap_or_default();
    let is_object = value.is_object() && !Array::is_array(&value);
    Ok(is_object.then_some(Body(value)))
}

/// Ends a request, and the reading of its answer, when dropped.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}
