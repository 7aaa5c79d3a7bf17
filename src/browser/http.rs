//! Our own requests to the server's endpoints. They follow no redirect, because it could lead secrets anywhere; they end in
//! time; and they read no more than a sensible answer holds.

use crate::browser::{json, property};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::http::{Answer, Fields, Post, Value};
use crate::secret::Secret;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/http.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn exchange(
        url: &str,
        options: &str,
        body: Option<&[u8]>,
        millis: u32,
    ) -> std::result::Result<JsValue, JsValue>;

    // An import that can't throw is made without the glue that scripts/build.js moves.
    #[wasm_bindgen(catch, js_name = rememberFetch)]
    fn remember_fetch() -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = callFetch)]
    fn call_fetch(
        via: Option<&Function>,
        input: &JsValue,
        init: &JsValue,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// Remembers the page's `fetch`, at the first call. Our own requests go by it: a later one may be ours, and would have us wait
/// for ourselves.
pub fn remember() {
    // A page that hands none out has none.
    let _ = remember_fetch();
}

/// Calls the page's `fetch` as it is now, or another in its place, with what the app gave.
pub fn fetch(via: Option<&Function>, input: &JsValue, init: &JsValue) -> Promise {
    match call_fetch(via, input, init) {
        Ok(response) => Promise::resolve(&response),
        Err(reason) => Promise::reject(&reason),
    }
}

/// How long an answer may take, to its last byte.
const LONGEST_MILLIS: u32 = 15_000;

/// The options of each kind of request, as JSON: much shorter than a setter for each. The domain's settings tell whether
/// somebody is signed in, by the server's cookies; forms need none, and with credentials a browser that is asked for a
/// password (`WWW-Authenticate: Basic`) would ask the user for one.
const GET_WITHOUT_CREDENTIALS: &str = r#"{"credentials":"omit","cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer"}"#;
const GET: &str = r#"{"cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer"}"#;
const POST: &str = r#"{"method":"POST","credentials":"omit","cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer","headers":{"Content-Type":"application/x-www-form-urlencoded"}}"#;
const POST_ON_LEAVING: &str = r#"{"keepalive":true,"method":"POST","credentials":"omit","cache":"no-store","redirect":"manual","referrerPolicy":"no-referrer","headers":{"Content-Type":"application/x-www-form-urlencoded"}}"#;

/// The same for an answer that nobody reads.
const UNREAD: &str =
    r#"{"mode":"no-cors","credentials":"omit","cache":"no-store","referrerPolicy":"no-referrer"}"#;

/// An answer of the server's.
pub struct Reply {
    status: u16,
    retry_after: Option<String>,
    body: Option<Body>,
    form: Option<Secret>,
}

impl Reply {
    /// As the pure parts judge it.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            retry_after: self.retry_after.as_deref(),
            body: self.body.as_ref().map(|body| body as &dyn Fields),
            form: self.form.as_ref(),
        }
    }
}

/// A JSON object that the browser has parsed.
struct Body(JsValue);

impl Fields for Body {
    fn get(&self, name: &str) -> Value {
        let value = property(&self.0, name);
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
    send(url, GET, None).await
}

/// The same, with no cookie nor other credential of the browser's.
///
/// # Errors
/// `network`, `timeout`
pub async fn get_without_credentials(url: &str) -> Result<Reply> {
    send(url, GET_WITHOUT_CREDENTIALS, None).await
}

/// Posts a form.
///
/// # Errors
/// `network`, `timeout`
pub async fn post(post: Post) -> Result<Reply> {
    let options = if post.outlives_page {
        POST_ON_LEAVING
    } else {
        POST
    };
    let reply = send(&post.url, options, Some(post.body.reveal())).await?;
    Ok(Reply {
        form: Some(post.body),
        ..reply
    })
}

/// Whether anybody answers there, readable for this page or not.
pub async fn is_there(url: &str) -> bool {
    let answer = exchange(url, UNREAD, None, LONGEST_MILLIS).await;
    answer.is_ok_and(|answer| !answer.is_null() && answer != false)
}

async fn send(url: &str, options: &str, body: Option<&str>) -> Result<Reply> {
    let body = body.map(str::as_bytes);
    let answer = exchange(url, options, body, LONGEST_MILLIS).await;
    let answer = answer.map_err(|reason| {
        AuthError::new(
            ErrorCode::Network,
            "No response was received: the server is out of reach, or doesn't allow this page's origin (CORS).",
        )
        .with_cause(property(&reason, "message").as_string())
    })?;
    let Some(status) = property(&answer, "0").as_f64() else {
        return Err(if answer.is_null() {
            AuthError::new(
                ErrorCode::UnsupportedEnvironment,
                "This page has no `fetch`.",
            )
        } else if answer == false {
            AuthError::new(
                ErrorCode::Timeout,
                "The server didn't respond within 15 seconds. Try again later.",
            )
        } else {
            AuthError::new(
                ErrorCode::InvalidResponse,
                "This page has replaced `fetch`, and the replacement gave no response that can be read.",
            )
        });
    };
    let body = property(&answer, "2");
    Ok(Reply {
        status: status as u16,
        retry_after: property(&answer, "1").as_string(),
        body: (body.is_object() && !Array::is_array(&body)).then_some(Body(body)),
        form: None,
    })
}
