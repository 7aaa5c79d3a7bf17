//! The JavaScript face: what `www/package` wraps. Every error that leaves here is an `AuthError` of JavaScript's.

mod error;
mod input;
mod view;

use crate::auth::fetch::HEADER;
use crate::auth::{Auth, Subscription};
use crate::browser::{json, native};
use crate::error::Result;
use crate::oauth::arrival::Redirect;
use crate::session::Session;
use js_sys::{Promise, Reflect};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use view::{Field, View};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Headers, Request, RequestInit};

type JsResult<T> = std::result::Result<T, JsValue>;

/// A promise of what a future gives. Boxed, for the machinery behind it would else be there once for every future.
fn promise<T: Into<JsValue>>(future: impl Future<Output = Result<T>> + 'static) -> Promise {
    type Boxed = Pin<Box<dyn Future<Output = JsResult<JsValue>>>>;
    let boxed: Boxed = Box::pin(async move { future.await.map(Into::into).map_err(error::to_js) });
    future_to_promise(boxed)
}

/// `createAuth`, once the module is loaded.
#[wasm_bindgen]
pub fn create(options: JsValue) -> Promise {
    promise(async move {
        let (options, hooks) = input::options(options)?;
        Auth::create(options, hooks).await.map(Core::over)
    })
}

/// `completeSignIn`, once the module is loaded.
#[wasm_bindgen]
pub fn complete(options: JsValue) -> Promise {
    promise(async move {
        let hooks = input::hooks(options)?;
        Auth::complete_sign_in(hooks).await.map(Core::over)
    })
}

/// What the JavaScript class `Auth` holds.
#[wasm_bindgen]
pub struct Core {
    auth: Rc<Auth>,
    redirect: JsValue,
    /// The last session shown, with the object that shows it: the same object until something changes.
    shown: RefCell<(Option<Session>, JsValue)>,
}

impl Core {
    fn over(auth: Auth) -> Self {
        Core {
            redirect: redirect_view(auth.redirect()),
            auth: Rc::new(auth),
            shown: RefCell::new((None, JsValue::NULL)),
        }
    }
}

fn redirect_view(redirect: Redirect) -> JsValue {
    match &redirect {
        Redirect::None => View(&[("status", Field::Text("none"))]).frozen(),
        Redirect::SignedIn {
            return_to,
            app_state,
        } => {
            let app_state = app_state.as_deref().and_then(json::from_text);
            View(&[
                ("status", Field::Text("signed-in")),
                ("returnTo", Field::Text(return_to)),
                (
                    "appState",
                    Field::Js(app_state.unwrap_or(JsValue::UNDEFINED)),
                ),
            ])
            .frozen()
        }
        Redirect::Failed(error) => View(&[
            ("status", Field::Text("failed")),
            ("error", Field::Js(error::to_js(error.clone()))),
        ])
        .frozen(),
    }
}

/// Whether the arguments of `fetch` have an `Authorization` of the caller's.
fn has_authorization(input: &JsValue, init: &JsValue) -> bool {
    let of = |value: &JsValue| {
        let headers = Reflect::get(value, &"headers".into()).unwrap_or_default();
        (!headers.is_undefined()).then_some(headers)
    };
    // Those of the second argument take the place of the first one's.
    let headers = of(init).or_else(|| of(input));
    let headers =
        headers.and_then(|headers| Headers::new_with_headers(headers.unchecked_ref()).ok());
    headers.is_some_and(|headers| headers.has(HEADER).unwrap_or(false))
}

fn session_view(session: &Session) -> JsValue {
    View(&[
        ("flow", Field::Text(session.flow)),
        ("tokenType", Field::Text(session.token_type)),
        ("scope", Field::Text(&session.scope)),
        (
            "expiresAt",
            session.expires_at.map_or(Field::Null, Field::Number),
        ),
    ])
    .frozen()
}

#[wasm_bindgen]
impl Core {
    #[wasm_bindgen(getter)]
    pub fn session(&self) -> JsValue {
        let session = self.auth.session();
        let mut shown = self.shown.borrow_mut();
        if shown.0 != session {
            let object = session.as_ref().map_or(JsValue::NULL, session_view);
            *shown = (session, object);
        }
        shown.1.clone()
    }

    #[wasm_bindgen(getter)]
    pub fn redirect(&self) -> JsValue {
        self.redirect.clone()
    }

    pub fn login(&self, options: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            match auth.login(input::login(options)?).await {
                Ok(never) => match never {},
                Err(error) => Err::<JsValue, _>(error),
            }
        })
    }

    pub fn logout(&self, options: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            let logout = input::logout(options)?;
            auth.logout(logout).await.map(|()| JsValue::UNDEFINED)
        })
    }

    pub fn token(&self) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move { auth.token().await })
    }

    #[wasm_bindgen(js_name = signUrl)]
    pub fn sign_url(&self, url: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            let signed = auth.sign_url(&input::url("url", &url)?).await?;
            // What the browser has parsed before, it parses again.
            Ok(web_sys::Url::new(&signed).map_or(JsValue::UNDEFINED, Into::into))
        })
    }

    /// Only a request whose URL seems to belong here is looked at more closely. The browser then reads the arguments into
    /// a `Request`, once, and it is that request's own URL that decides: what is signed is what is sent.
    pub fn fetch(&self, input: &JsValue, init: &JsValue) -> Promise {
        let is_candidate = match input.dyn_ref::<Request>() {
            Some(request) => self.auth.may_sign(&request.url()),
            None => input::text_of(input).is_none_or(|text| self.auth.may_sign(&text)),
        };
        if !is_candidate {
            return native::fetch(input, init);
        }
        // Before the request is made, for that uses up the body, which the caller may want to send after a sign-in.
        if let Err(error) = self.auth.can_sign()
            && !has_authorization(input, init)
        {
            return Promise::reject(&error::to_js(error));
        }
        let init: &RequestInit = init.unchecked_ref();
        let request = match Request::new_with_request_and_init(input.unchecked_ref(), init) {
            Ok(request) => request,
            Err(reason) => return Promise::reject(&reason),
        };
        match self.auth.sign(&request) {
            Ok(()) => native::fetch(&request, &JsValue::UNDEFINED),
            Err(error) => Promise::reject(&error::to_js(error)),
        }
    }

    pub fn subscribe(&self, listener: JsValue) -> JsResult<Watch> {
        let listener = input::function("listener", listener).map_err(error::to_js)?;
        let subscription = self.auth.subscribe(move |change| {
            let event = View(&[("type", Field::Text(change.as_str()))]).frozen();
            if let Err(reason) = listener.call1(&JsValue::UNDEFINED, &event) {
                error::report(&reason);
            }
        });
        Ok(Watch(Some(subscription)))
    }

    pub fn close(&self) {
        self.auth.close();
    }
}

/// A subscription that JavaScript ends.
#[wasm_bindgen]
pub struct Watch(Option<Subscription>);

#[wasm_bindgen]
impl Watch {
    pub fn end(&mut self) {
        self.0 = None;
    }
}

/// Two kilobytes less to download than the standard one.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
