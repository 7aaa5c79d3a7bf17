//! The JavaScript face: what `www/package` wraps. Every error that leaves here is an `AuthError` of JavaScript's.

mod error;
mod fetch;
mod input;
mod login;
mod promise;
mod view;

use crate::auth::request::Outgoing;
use crate::auth::{Auth, Subscription};
use crate::browser::json;
use crate::oauth::arrival::Redirect;
use crate::oauth::authority::Authority;
use crate::session::effect::Change;
use crate::session::view::Session;
use fetch::Pass;
use js_sys::{Array, Function, Promise};
use login::LoginBy;
use promise::promise;
use std::cell::RefCell;
use std::rc::Rc;
use view::{Field, View};
use wasm_bindgen::prelude::*;

type JsResult<T> = std::result::Result<T, JsValue>;

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

fn session_view(session: &Session) -> JsValue {
    View(&[
        ("flow", Field::Text(session.flow)),
        ("tokenType", Field::Text(session.token_type)),
        ("scope", Field::Text(&session.scope)),
        (
            "expiresAt",
            session.expires_at.map_or(Field::Null, Field::Number),
        ),
        ("canRenew", Field::Flag(session.can_renew)),
    ])
    .frozen()
}

fn authority_view(authority: &Authority) -> JsValue {
    let config = authority.config.as_deref().and_then(json::from_text);
    View(&[
        ("id", Field::Text(&authority.id)),
        ("name", Field::Text(&authority.name)),
        ("domain", Field::Text(&authority.domain)),
        ("loginUrl", Field::Text(&authority.login_url)),
        ("logoutUrl", Field::Text(&authority.logout_url)),
        ("session", Field::Flag(authority.session)),
        (
            "version",
            authority
                .version
                .as_deref()
                .map_or(Field::Null, Field::Text),
        ),
        ("apiRoot", Field::Text(authority.api_root())),
        ("config", Field::Js(config.unwrap_or_default())),
    ])
    .frozen()
}

fn event_view(change: &Change) -> JsValue {
    let name = ("type", Field::Text(change.as_str()));
    let key = match change {
        Change::Ended(_) => "reason",
        _ => "error",
    };
    match change.error() {
        Some(error) => View(&[name, (key, Field::Js(error::to_js(error.clone())))]).frozen(),
        None => View(&[name]).frozen(),
    }
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

    /// A popup is opened at once: browsers allow it in a click alone.
    pub fn login(&self, options: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        let given = login::options(options);
        let popup = match &given {
            Ok(LoginBy::Popup(scope)) => Some(auth.login_in_popup(scope.as_deref())),
            _ => None,
        };
        promise(async move {
            match (given?, popup) {
                (_, Some(session)) => session.await?,
                (LoginBy::Redirect(login), None) => match auth.login(login).await {
                    Ok(never) => match never {},
                    Err(error) => return Err(error),
                },
                (LoginBy::Silent(scope) | LoginBy::Popup(scope), None) => {
                    auth.login_silently(scope.as_deref()).await?
                }
            };
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = loginWithPassword)]
    pub fn login_with_password(&self, credentials: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            let credentials = input::credentials(credentials)?;
            auth.login_with_password(credentials).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = exchangeToken)]
    pub fn exchange_token(&self, options: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            let given = input::exchange(options)?;
            auth.exchange_token(given).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// At once: what the app fetches from now on is signed.
    pub fn adopt(&self, tokens: JsValue) -> JsResult<()> {
        let adopted = input::adopted(tokens).and_then(|given| self.auth.adopt(given));
        adopted.map(drop).map_err(error::to_js)
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

    /// Begun at once: what is fetched from now on waits for it.
    pub fn renew(&self) -> Promise {
        self.auth.begin_renewing();
        let auth = Rc::clone(&self.auth);
        promise(async move { auth.renew().await.map(|_| JsValue::UNDEFINED) })
    }

    pub fn authority(&self) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move { auth.authority().await.map(|known| authority_view(&known)) })
    }

    #[wasm_bindgen(js_name = openWebSocket)]
    pub fn open_web_socket(&self, path: JsValue, protocols: JsValue) -> Promise {
        let auth = Rc::clone(&self.auth);
        promise(async move {
            let path = match path.is_undefined() {
                true => None,
                false => Some(input::url("path", &path)?),
            };
            auth.open_web_socket(path.as_deref(), &protocols).await
        })
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

    /// `via` is the `fetch` that this one was installed in place of, if it was.
    pub fn fetch(&self, input: &JsValue, init: &JsValue, via: Option<Function>) -> Promise {
        fetch::start(Outgoing::new(self.auth.client(), input, init, via))
    }

    /// The origins that requests may have the token at: always, or by their path.
    pub fn origins(&self, is_whole: bool) -> Array {
        let config = &self.auth.client().config;
        let origins = Array::new();
        for origin in config.resources.origins(is_whole) {
            origins.push(&origin.into());
        }
        origins
    }

    /// What signs requests that would be sent at once.
    pub fn pass(&self) -> Option<Pass> {
        self.auth.client().pass().map(Pass)
    }

    /// Whether a pass still does.
    pub fn honours(&self, pass: &Pass) -> bool {
        self.auth.client().honours(&pass.0)
    }

    /// Goes on with a request that was sent with a pass, and answered in a way that the machine has to know of.
    pub fn answered(
        &self,
        pass: &Pass,
        input: &JsValue,
        init: &JsValue,
        via: Option<Function>,
        response: &JsValue,
    ) -> Promise {
        let request = Outgoing::new(self.auth.client(), input, init, via);
        fetch::promise(request.answered(&pass.0, response))
    }

    pub fn subscribe(&self, listener: JsValue) -> JsResult<Watch> {
        let listener = input::function("listener", listener).map_err(error::to_js)?;
        let subscription = self.auth.subscribe(move |change| {
            if let Err(reason) = listener.call1(&JsValue::UNDEFINED, &event_view(&change)) {
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
