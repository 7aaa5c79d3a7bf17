//! One request of the app's, as `fetch` takes it: its own arguments go to the browser's `fetch`, and the app gets what that
//! gives. Both faces send by this.

use super::signing::{self, is_signed};
use crate::browser::{abort, brand, http, property};
use crate::client::Client;
use crate::credential::Credential;
use crate::error::{AuthError, ErrorCode};
use crate::session::call::{Call, NextStep};
use crate::session::event::Event;
#[cfg(feature = "bindings")]
use crate::session::pass::Pass;
use js_sys::{Function, Object, Promise, Reflect};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Headers, Request, RequestInit, Response};

/// The status by which PlaceOS's API says that the user has to sign in again.
const SIGN_IN_AGAIN: u16 = 511;

/// Why there is no response.
pub enum Failure {
    /// It is this module's own.
    Auth(AuthError),
    /// What the browser's `fetch` rejected with, or what the app's own objects threw.
    Browser(
        #[cfg_attr(
            not(feature = "bindings"),
            expect(dead_code, reason = "only JavaScript is given it")
        )]
        JsValue,
    ),
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        Failure::Auth(error)
    }
}

impl From<JsValue> for Failure {
    fn from(reason: JsValue) -> Self {
        Failure::Browser(reason)
    }
}

/// The response, or why there is none.
pub type Outcome = Result<JsValue, Failure>;

/// A request that was begun.
pub enum Started {
    /// It isn't ours to sign.
    Passed(Promise),
    /// It is.
    Signed(Pin<Box<dyn Future<Output = Outcome>>>),
}

/// The arguments of one call of `fetch`.
pub struct Outgoing {
    client: Rc<Client>,
    input: JsValue,
    init: JsValue,
    /// The `fetch` that ours was installed in place of, if it was.
    via: Option<Function>,
    call: Call,
    /// The renewal under way is waited for, for so long at the most.
    wait: Option<Option<Duration>>,
    /// The response with status 401 that the request has so far.
    rejected: Option<JsValue>,
}

/// A request that was sent, and what it was signed with.
struct Sent {
    response: Promise,
    credential: Option<Credential>,
}

#[wasm_bindgen]
extern "C" {
    // None of these gives a JavaScript value: where it throws, a place in the table of such values would be lost.
    #[wasm_bindgen(catch, js_name = String)]
    fn to_string(value: &JsValue) -> Result<String, JsValue>;

    // Not js-sys's: getters of the app's objects may throw.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    fn assign(target: &Object, source: &Object) -> Result<(), JsValue>;
}

/// The URL of a value, if it is a `Request`: the platform's, of whichever frame, or that of a polyfill.
fn request_url(value: &JsValue) -> Option<String> {
    let polyfilled = || {
        value
            .dyn_ref()
            .map(|request: &Request| member(request, "url"))
    };
    let url = brand::read("Request", "url", value).or_else(polyfilled)?;
    url.as_string()
}

/// A member of an object; nothing for anything else, or where the app's getter throws: the browser will say so.
fn member(of: &JsValue, name: &str) -> JsValue {
    if of.is_object() {
        property(of, name)
    } else {
        JsValue::UNDEFINED
    }
}

/// Whether an object is one of the app's. The browser's own do for options, too, a `Request` or an `AbortController`, and can't be
/// copied.
fn is_plain(object: &&Object) -> bool {
    let class = |of: &Object| Reflect::get(of, &"constructor".into()).ok();
    class(object).is_some_and(|given| class(&Object::new()) == Some(given))
}

fn is_stream(value: &JsValue) -> bool {
    brand::is("ReadableStream", "locked", value)
}

/// The status of a value, if it is a `Response`: whatever stands in for the browser's `fetch` may give something else.
fn status_of(response: &JsValue) -> Option<u16> {
    let polyfilled = || {
        let response: &Response = response.dyn_ref()?;
        Some(member(response, "status"))
    };
    let status = brand::read("Response", "status", response).or_else(polyfilled)?;
    Some(status.as_f64()? as u16)
}

impl Outgoing {
    pub fn new(
        client: &Rc<Client>,
        input: &JsValue,
        init: &JsValue,
        via: Option<Function>,
    ) -> Self {
        Outgoing {
            client: Rc::clone(client),
            input: input.clone(),
            init: init.clone(),
            via,
            call: client.begin_call(),
            wait: None,
            rejected: None,
        }
    }

    /// Only a request whose URL seems to belong here is looked at more closely. The browser then reads the arguments into
    /// a `Request`, once, and it is that request's own URL that decides: what is signed is what is sent.
    pub fn start(mut self) -> Started {
        let url = match request_url(&self.input) {
            Some(url) => url,
            // `String` has a text for it; a URL it is not.
            None if self.input.is_symbol() => {
                return Started::Passed(self.pass(&self.input, &self.init));
            }
            None => {
                let text = match to_string(&self.input) {
                    Ok(text) => text,
                    Err(reason) => return Started::Passed(Promise::reject(&reason)),
                };
                self.input = text.as_str().into();
                text
            }
        };
        if signing::signable(&self.client, &url).is_none() {
            return Started::Passed(self.pass(&self.input, &self.init));
        }
        if let Err(reason) = self.keep() {
            return Started::Passed(Promise::reject(&reason));
        }
        if self.has_signature() {
            return Started::Passed(self.pass(&self.input, &self.init));
        }
        // What is to be sent now is sent before the app goes on.
        let sent = self.advance();
        Started::Signed(Box::pin(self.answer(sent)))
    }

    /// Goes on with a request that was sent with a pass, and answered.
    #[cfg(feature = "bindings")]
    pub fn answered(
        mut self,
        pass: &Pass,
        response: &JsValue,
    ) -> Pin<Box<dyn Future<Output = Outcome>>> {
        self.call = pass.call.clone();
        let sent = Sent {
            response: Promise::resolve(response),
            credential: Some(Credential::Token(pass.token.clone())),
        };
        Box::pin(self.answer(Some(Ok(sent))))
    }

    /// Sends, unless there is something to wait for, or the response there is has to do.
    fn advance(&mut self) -> Option<Result<Sent, Failure>> {
        let can_repeat = self.can_repeat(self.rejected.is_some());
        match self.client.next_step(&mut self.call, can_repeat) {
            NextStep::Send(credential) => Some(self.send(&credential)),
            NextStep::Fail(error) => Some(self.fail(error)),
            NextStep::Wait(limit) => {
                self.wait = Some(limit);
                None
            }
            NextStep::HandOn => None,
        }
    }

    /// Keeps the options as they are now: what the app does to them while a renewal is waited for, or an answer, changes
    /// nothing, as with the browser's own. But for the body, which isn't read before it is sent.
    ///
    /// # Errors
    /// What the app's own getters throw.
    fn keep(&mut self) -> Result<(), JsValue> {
        let Some(init) = self.init.dyn_ref::<Object>().filter(is_plain) else {
            return Ok(());
        };
        let copy = Object::create(init);
        assign(&copy, init)?;
        let headers = Reflect::get(&copy, &"headers".into())?;
        if let (false, Ok(headers)) = (
            headers.is_undefined(),
            Headers::new_with_headers(headers.unchecked_ref()),
        ) {
            Reflect::set(&copy, &"headers".into(), &headers)?;
        }
        self.init = copy.into();
        Ok(())
    }

    /// Sends as it is.
    fn pass(&self, input: &JsValue, init: &JsValue) -> Promise {
        http::fetch(self.via.as_ref(), input, init)
    }

    fn send(&self, credential: &Credential) -> Result<Sent, Failure> {
        let init: &RequestInit = self.init.unchecked_ref();
        let request = Request::new_with_request_and_init(self.input.unchecked_ref(), init)?;
        let (request, is_signed) = signing::sign(&self.client, request, credential)?;
        let response = self.pass(&request, &self.lost_in_a_copy()?);
        Ok(Sent {
            response,
            credential: is_signed.then(|| credential.clone()),
        })
    }

    /// There is nothing to sign with. No `Request` is made, because that would use up the body, which the caller may want to send
    /// after a sign-in. An installed `fetch` sends unsigned then.
    fn fail(&self, error: AuthError) -> Result<Sent, Failure> {
        if self.via.is_some() && error.code() == ErrorCode::LoginRequired {
            return Ok(Sent {
                response: self.pass(&self.input, &self.init),
                credential: None,
            });
        }
        Err(error.into())
    }

    /// `keepalive` doesn't get from a `Request` to its copy in Firefox.
    fn lost_in_a_copy(&self) -> Result<JsValue, JsValue> {
        let keepalive = self.member("keepalive").unwrap_or_default();
        if keepalive.is_falsy() {
            return Ok(JsValue::UNDEFINED);
        }
        let init = Object::new();
        Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
        Ok(init.into())
    }

    /// The response to what was sent, or is sent when the renewal under way allows it; after a 401 the response to another
    /// sending, as long as there are newer tokens.
    async fn answer(mut self, mut sent: Option<Result<Sent, Failure>>) -> Outcome {
        loop {
            if let Some(sent) = sent {
                if let Some(rejected) = self.rejected.take() {
                    cancel(&rejected);
                }
                let Sent {
                    response,
                    credential,
                } = sent?;
                let response = JsFuture::from(response).await?;
                match (credential, status_of(&response)) {
                    (Some(Credential::Token(token)), Some(401)) => {
                        self.client.handle(Event::TokenRejected(token));
                    }
                    (Some(Credential::Token(token)), Some(SIGN_IN_AGAIN)) => {
                        self.client.handle(Event::SignInDemanded(token));
                        return Ok(response);
                    }
                    (Some(Credential::ApiKey(_)), Some(401)) => {
                        self.client.api_key_refused();
                        return Ok(response);
                    }
                    _ => return Ok(response),
                }
                self.rejected = Some(response);
            } else if let Some(limit) = self.wait.take() {
                let signal = self.member("signal");
                let wait = self.client.wait(&mut self.call, limit);
                abort::unless(signal, Box::pin(wait)).await?;
            } else {
                // Nothing that was not sent yet is handed on.
                return Ok(self.rejected.take().unwrap_or_default());
            }
            sent = self.advance();
        }
    }

    /// Whether it can be sent more than once: there is no body, or one that the browser copies. Streams are gone once they
    /// were sent, and so is what a `Request` holds.
    fn can_repeat(&self, was_sent: bool) -> bool {
        let body = member(&self.init, "body");
        if !body.is_null() && !body.is_undefined() {
            return !is_stream(&body);
        }
        if request_url(&self.input).is_none() {
            return true;
        }
        if was_sent {
            return member(&self.input, "bodyUsed").is_falsy();
        }
        // Firefox doesn't tell whether there is a body.
        let is_bodiless = |method: String| matches!(method.as_str(), "GET" | "HEAD");
        member(&self.input, "body").is_null()
            || member(&self.input, "method")
                .as_string()
                .is_some_and(is_bodiless)
    }

    /// A member of the arguments: that of the second takes the place of the first one's.
    fn member(&self, name: &str) -> Option<JsValue> {
        let of = |value: &JsValue| Some(member(value, name)).filter(|value| !value.is_undefined());
        of(&self.init).or_else(|| of(&self.input))
    }

    /// Whether the caller has signed it already. A token of the session's own is no signature: it is taken out, and one that is
    /// good now goes in its place.
    fn has_signature(&mut self) -> bool {
        let headers = self.member("headers");
        let headers =
            headers.and_then(|headers| Headers::new_with_headers(headers.unchecked_ref()).ok());
        let Some(headers) = headers else {
            return false;
        };
        let has_own_init =
            self.init.is_undefined() || self.init.dyn_ref().is_some_and(|init| is_plain(&init));
        if has_own_init && signing::take_own_authorization(&self.client, &headers) {
            let init = Object::create(self.init.dyn_ref().unwrap_or(&Object::new()));
            // A new object takes any property.
            let _ = Reflect::set(&init, &"headers".into(), &headers);
            self.init = init.into();
        }
        is_signed(&headers)
    }
}

/// Ends a response that nobody will read: its body may have no end, and would keep its connection.
fn cancel(response: &JsValue) {
    let cancelled = brand::read("Response", "body", response)
        .filter(is_stream)
        .and_then(|body| {
            let cancel = Reflect::get(&body, &"cancel".into()).ok()?;
            cancel.dyn_ref::<Function>()?.call0(&body).ok()
        });
    if let Some(promise) = cancelled {
        // A stream that is locked can't be cancelled: its owner reads it.
        spawn_local(async move {
            let _ = JsFuture::from(Promise::resolve(&promise)).await;
        });
    }
}
