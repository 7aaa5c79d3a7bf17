//! `fetch` as JavaScript calls it: the app's own arguments go to the browser's own `fetch`, and the app gets what that
//! gives.

use super::{JsResult, error, input, raw_promise};
use crate::auth::Auth;
use crate::auth::fetch::is_signed;
use crate::browser::{abort, native};
use crate::error::ErrorCode;
use crate::secret::Secret;
use js_sys::{Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStream, Request, RequestInit, Response};

/// One call.
#[derive(Clone)]
pub struct Call {
    auth: Rc<Auth>,
    input: JsValue,
    init: JsValue,
    /// The `fetch` that ours was installed in place of, if it was.
    via: Option<Function>,
}

/// A request that was sent, and the token it was signed with.
struct Sent {
    response: Promise,
    token: Option<Secret>,
}

impl Call {
    pub fn new(auth: &Rc<Auth>, input: &JsValue, init: &JsValue, via: Option<Function>) -> Self {
        Call {
            auth: Rc::clone(auth),
            input: input.clone(),
            init: init.clone(),
            via,
        }
    }

    /// Only a request whose URL seems to belong here is looked at more closely. The browser then reads the arguments into
    /// a `Request`, once, and it is that request's own URL that decides: what is signed is what is sent.
    pub fn start(mut self) -> Promise {
        let (is_candidate, text) = match self.input.dyn_ref::<Request>() {
            Some(request) => (self.auth.may_sign(&request.url()), None),
            None => {
                let text = input::text_of(&self.input);
                let may_sign = |text: &String| self.auth.may_sign(text);
                (text.as_ref().is_none_or(may_sign), text)
            }
        };
        if !is_candidate {
            return self.pass(&self.input, &self.init);
        }
        self.keep(text);
        if self.has_signature() {
            return self.pass(&self.input, &self.init);
        }
        if self.auth.is_renewing() {
            return raw_promise(Box::pin(async move {
                self.renewed().await?;
                let sent = self.send()?;
                self.answer(sent).await
            }));
        }
        match self.send() {
            Ok(sent) => raw_promise(Box::pin(async move { self.answer(sent).await })),
            Err(reason) => Promise::reject(&reason),
        }
    }

    /// Keeps the arguments as they are now: what the app does to them while a renewal is waited for, or an answer, changes
    /// nothing, as with the browser's own. But for the body, which isn't read before it is sent.
    fn keep(&mut self, url: Option<String>) {
        if let Some(url) = url {
            self.input = url.into();
        }
        // The browser's own objects do for options, too: a `Request`, or an `AbortController`. They can't be copied.
        let init = self.init.dyn_ref::<Object>();
        let is_plain = |init: &&Object| init.constructor() == Object::new().constructor();
        let Some(init) = init.filter(is_plain) else {
            return;
        };
        let copy = Object::assign(&Object::create(init), init);
        let headers = Reflect::get(&copy, &"headers".into()).unwrap_or_default();
        if let (false, Ok(headers)) = (
            headers.is_undefined(),
            Headers::new_with_headers(headers.unchecked_ref()),
        ) {
            // Setting a property of an object of ours doesn't fail.
            let _ = Reflect::set(&copy, &"headers".into(), &headers);
        }
        self.init = copy.into();
    }

    /// Sends as it is.
    fn pass(&self, input: &JsValue, init: &JsValue) -> Promise {
        match &self.via {
            None => native::fetch(input, init),
            Some(via) => native::call(Some(via), input, init),
        }
    }

    /// Waits for the renewal under way, if the caller's signal doesn't end the wait.
    async fn renewed(&self) -> JsResult<()> {
        abort::unless(self.member("signal"), Box::pin(self.auth.ready())).await
    }

    fn send(&self) -> JsResult<Sent> {
        // Before the request is made, for that uses up the body, which the caller may want to send after a sign-in.
        match self.auth.can_sign() {
            Err(error) if self.via.is_some() && error.code() == ErrorCode::LoginRequired => {
                return Ok(Sent {
                    response: self.pass(&self.input, &self.init),
                    token: None,
                });
            }
            can_sign => can_sign.map_err(error::to_js)?,
        }
        let init: &RequestInit = self.init.unchecked_ref();
        let request = Request::new_with_request_and_init(self.input.unchecked_ref(), init)?;
        let (request, token) = self.auth.sign(request).map_err(error::to_js)?;
        Ok(Sent {
            response: self.pass(&request, &JsValue::UNDEFINED),
            token,
        })
    }

    /// The response, or that of a second try with a newer token if the first was answered with 401. There is no third.
    async fn answer(self, sent: Sent) -> JsResult<JsValue> {
        let response = JsFuture::from(sent.response).await?;
        let Some(token) = sent.token else {
            return Ok(response);
        };
        // Whatever stands in for the browser's `fetch` may give something else.
        let Some(status) = response.dyn_ref::<Response>().map(Response::status) else {
            return Ok(response);
        };
        self.auth.answered(&token, status);
        if status != 401 || !self.can_send_again() {
            return Ok(response);
        }
        if self.auth.is_renewing() {
            self.renewed().await?;
        }
        if !self.auth.has_newer(&token) {
            return Ok(response);
        }
        let again = self.send()?;
        let response = JsFuture::from(again.response).await?;
        if let (Some(token), Some(second)) = (again.token, response.dyn_ref::<Response>()) {
            self.auth.answered_again(&token, second.status());
        }
        Ok(response)
    }

    /// Whether the body is still there: none, or one that the browser has copied. Streams are gone, and so is what a
    /// `Request` held.
    fn can_send_again(&self) -> bool {
        let body = Reflect::get(&self.init, &"body".into()).unwrap_or_default();
        let is_used = self
            .input
            .dyn_ref::<Request>()
            .is_some_and(Request::body_used);
        if body.is_null() || body.is_undefined() {
            !is_used
        } else {
            !body.has_type::<ReadableStream>()
        }
    }

    /// A member of the arguments: that of the second takes the place of the first one's.
    fn member(&self, name: &str) -> Option<JsValue> {
        let of = |value: &JsValue| {
            let member = Reflect::get(value, &name.into()).unwrap_or_default();
            (!member.is_undefined()).then_some(member)
        };
        of(&self.init).or_else(|| of(&self.input))
    }

    /// Whether the caller has signed it already.
    fn has_signature(&self) -> bool {
        let headers = self.member("headers");
        let headers =
            headers.and_then(|headers| Headers::new_with_headers(headers.unchecked_ref()).ok());
        headers.is_some_and(|headers| is_signed(&headers))
    }
}
