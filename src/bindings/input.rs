//! Reads what JavaScript hands in, key by key. A misspelt key or a wrong type is an error, never ignored.

use super::error;
use crate::auth::{Adopted, Credentials, Exchange, Hooks, Log, Logout, Navigate};
use crate::error::{AuthError, Result};
use crate::options::{ApiKey, FlowOption, Options, StorageKind};
use crate::secret::Secret;
use crate::text::concat;
use js_sys::{Array, Function, Reflect};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;

/// The keys an object may have, and what each takes.
pub(super) type Keys = [(&'static str, Kind)];

/// What a key takes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Url,
    Urls,
    Flag,
    Seconds,
    Function,
    Object,
    ApiKey,
    Any,
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Kind::Text => "a string",
            Kind::Url => "a string or a URL",
            Kind::Urls => "an array of strings and URLs",
            Kind::Flag => "true or false",
            Kind::Seconds => "a number of seconds, zero or more",
            Kind::Function => "a function",
            Kind::Object => "an object",
            Kind::ApiKey => "a string or { parameter: string }",
            Kind::Any => "a value",
        }
    }

    fn fits(self, value: &JsValue) -> bool {
        match self {
            Kind::Text => value.is_string(),
            Kind::Url => text(value).is_some(),
            Kind::Urls => Array::is_array(value) && texts(value).is_some(),
            Kind::Flag => value.as_bool().is_some(),
            Kind::Seconds => value.as_f64().is_some_and(|seconds| seconds >= 0.0),
            Kind::Function => value.is_function(),
            Kind::Object => value.is_object() && !Array::is_array(value),
            Kind::ApiKey => value.is_string() || Kind::Object.fits(value),
            Kind::Any => true,
        }
    }
}

/// What an object has under its own keys, each read once and all known and fitting. What it inherits is nobody's option.
pub(super) struct Input(Vec<(String, JsValue)>);

impl Input {
    /// Reads an object; `undefined` is one with nothing in it. `path` goes before its keys in error messages.
    pub(super) fn new(value: JsValue, path: &str, keys: &Keys) -> Result<Self> {
        if value.is_undefined() {
            return Ok(Input(Vec::new()));
        }
        let unreadable = || wrong(path.strip_suffix('.').unwrap_or("options"), Kind::Object);
        if !Kind::Object.fits(&value) {
            return Err(unreadable());
        }
        let mut read = Vec::new();
        for key in Reflect::own_keys(&value).map_err(|_| unreadable())?.iter() {
            let Some(key) = key.as_string() else {
                continue;
            };
            let name = concat(&[path, &key]);
            let Some((_, kind)) = keys.iter().find(|(known, _)| *known == key) else {
                return Err(unknown(&name, &key, keys));
            };
            let given =
                Reflect::get(&value, &JsValue::from_str(&key)).map_err(|_| wrong(&name, *kind))?;
            if given.is_undefined() {
                continue;
            }
            if !kind.fits(&given) {
                return Err(wrong(&name, *kind));
            }
            read.push((key, given));
        }
        Ok(Input(read))
    }

    pub(super) fn get(&self, key: &str) -> JsValue {
        let given = self.0.iter().find(|(known, _)| known == key);
        given.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        text(&self.get(key))
    }

    fn required(&self, key: &str) -> Result<String> {
        self.text(key).ok_or_else(|| wrong(key, Kind::Text))
    }

    fn function(&self, key: &str) -> Option<Function> {
        self.get(key).dyn_into().ok()
    }

    /// The value whose name was given, of an option that has few.
    pub(super) fn one_of<T: Default>(
        &self,
        key: &str,
        from_name: fn(&str) -> Option<T>,
        expected: &str,
    ) -> Result<T> {
        match self.text(key) {
            None => Ok(T::default()),
            Some(name) => from_name(&name).ok_or_else(|| must_be(key, expected)),
        }
    }
}

/// A string or a `URL`, as text.
fn text(value: &JsValue) -> Option<String> {
    value.as_string().or_else(|| {
        let url: &web_sys::Url = value.dyn_ref()?;
        // By a way that tells when there is no URL behind it.
        Reflect::get(url, &"href".into()).ok()?.as_string()
    })
}

fn texts(value: &JsValue) -> Option<Vec<String>> {
    let array: &Array = value.unchecked_ref();
    array.iter().map(|value| text(&value)).collect()
}

/// The argument of a method that takes a string or a `URL`.
pub fn url(name: &str, value: &JsValue) -> Result<String> {
    text(value).ok_or_else(|| wrong(name, Kind::Url))
}

/// The argument of a method that takes a function.
pub fn function(name: &str, value: JsValue) -> Result<Function> {
    value.dyn_into().map_err(|_| wrong(name, Kind::Function))
}

fn wrong(name: &str, kind: Kind) -> AuthError {
    must_be(name, kind.expected())
}

fn must_be(name: &str, expected: &str) -> AuthError {
    AuthError::option(name, &concat(&["must be ", expected, "."]))
}

fn unknown(name: &str, key: &str, keys: &Keys) -> AuthError {
    let meant = keys
        .iter()
        .map(|(known, _)| *known)
        .find(|known| known.eq_ignore_ascii_case(key));
    let mut problem = String::from("is unknown. ");
    match meant {
        Some(meant) => {
            problem.push_str("Did you mean `");
            problem.push_str(meant);
            problem.push_str("`?");
        }
        None => {
            problem.push_str("Known are");
            for (at, (known, _)) in keys.iter().enumerate() {
                problem.push_str(if at == 0 { " " } else { ", " });
                problem.push_str(known);
            }
            problem.push('.');
        }
    }
    AuthError::option(name, &problem)
}

/// `AuthOptions`
pub fn options(value: JsValue) -> Result<(Options, Hooks)> {
    let input = Input::new(
        value,
        "",
        &[
            ("server", Kind::Url),
            ("clientId", Kind::Text),
            ("redirectUri", Kind::Url),
            ("flow", Kind::Text),
            ("issuer", Kind::Text),
            ("scope", Kind::Text),
            ("storage", Kind::Text),
            ("protectedResources", Kind::Urls),
            ("endpoints", Kind::Object),
            ("apiKey", Kind::ApiKey),
            ("renewBefore", Kind::Seconds),
            ("navigate", Kind::Function),
            ("log", Kind::Function),
        ],
    )?;
    let endpoints = Input::new(
        input.get("endpoints"),
        "endpoints.",
        &[
            ("authorize", Kind::Url),
            ("token", Kind::Url),
            ("revoke", Kind::Url),
            ("logout", Kind::Url),
            ("authority", Kind::Url),
        ],
    )?;
    let api_key = input.get("apiKey");
    let api_key_parameter = if api_key.is_object() {
        let keys = [("parameter", Kind::Text)];
        let given = Input::new(api_key.clone(), "apiKey.", &keys)?.text("parameter");
        Some(given.ok_or_else(|| wrong("apiKey.parameter", Kind::Text))?)
    } else {
        None
    };
    let resources = input.get("protectedResources");
    let options = Options {
        server: input.text("server"),
        client_id: input.text("clientId"),
        redirect_uri: input.text("redirectUri"),
        flow: input.one_of(
            "flow",
            FlowOption::from_name,
            "\"auto\", \"implicit\" or \"code\"",
        )?,
        issuer: input.text("issuer"),
        scope: input.text("scope"),
        storage: input.one_of(
            "storage",
            StorageKind::from_name,
            "\"session\", \"local\" or \"memory\"",
        )?,
        protected_resources: if resources.is_undefined() {
            Vec::new()
        } else {
            texts(&resources).unwrap_or_default()
        },
        authorize_endpoint: endpoints.text("authorize"),
        token_endpoint: endpoints.text("token"),
        revoke_endpoint: endpoints.text("revoke"),
        logout_endpoint: endpoints.text("logout"),
        authority_endpoint: endpoints.text("authority"),
        api_key: api_key.as_string().map(ApiKey::new),
        api_key_parameter,
        // A cast holds what is huge to what a clock can count.
        renew_before: input
            .get("renewBefore")
            .as_f64()
            .map(|seconds| Duration::from_millis((seconds * 1000.0) as u64)),
    };
    Ok((options, read_hooks(&input)))
}

/// The options of `completeSignIn`.
pub fn hooks(value: JsValue) -> Result<Hooks> {
    let input = Input::new(value, "", &[("log", Kind::Function)])?;
    Ok(read_hooks(&input))
}

fn read_hooks(input: &Input) -> Hooks {
    let call = |function: &Function, argument: &JsValue| {
        let called = function.call1(&JsValue::UNDEFINED, argument);
        if let Err(reason) = &called {
            error::report(reason);
        }
        called.is_ok()
    };
    let log = input.function("log").map(|function| {
        let log: Log = Rc::new(move |line| {
            call(&function, &JsValue::from_str(line));
        });
        log
    });
    let navigate = input.function("navigate").map(|function| {
        let navigate: Navigate =
            Rc::new(move |href| web_sys::Url::new(href).is_ok_and(|url| call(&function, &url)));
        navigate
    });
    Hooks { log, navigate }
}

/// The options of `logout`.
pub fn logout(value: JsValue) -> Result<Logout> {
    let input = Input::new(value, "", &[("returnTo", Kind::Url), ("local", Kind::Flag)])?;
    Ok(Logout {
        return_to: input.text("returnTo"),
        local: input.get("local").is_truthy(),
    })
}

/// The options of `exchangeToken`.
pub fn exchange(value: JsValue) -> Result<Exchange> {
    let keys = [
        ("subjectToken", Kind::Text),
        ("subjectTokenType", Kind::Text),
        ("scope", Kind::Text),
    ];
    let input = Input::new(value, "", &keys)?;
    Ok(Exchange {
        subject_token: Secret::new(input.required("subjectToken")?),
        subject_token_type: input.text("subjectTokenType"),
        scope: input.text("scope"),
    })
}

/// The tokens of `adopt`.
pub fn adopted(value: JsValue) -> Result<Adopted> {
    let keys = [
        ("accessToken", Kind::Text),
        ("refreshToken", Kind::Text),
        ("expiresIn", Kind::Seconds),
        ("scope", Kind::Text),
    ];
    let input = Input::new(value, "", &keys)?;
    Ok(Adopted {
        access_token: Secret::new(input.required("accessToken")?),
        refresh_token: input.text("refreshToken").map(Secret::new),
        expires_in: input.get("expiresIn").as_f64(),
        scope: input.text("scope"),
    })
}

/// The credentials of `loginWithPassword`.
pub fn credentials(value: JsValue) -> Result<Credentials> {
    let keys = [
        ("username", Kind::Text),
        ("password", Kind::Text),
        ("scope", Kind::Text),
        ("authority", Kind::Text),
        ("clientSecret", Kind::Text),
    ];
    let input = Input::new(value, "", &keys)?;
    Ok(Credentials {
        username: input.required("username")?,
        password: Secret::new(input.required("password")?),
        scope: input.text("scope"),
        authority: input.text("authority"),
        client_secret: input.text("clientSecret").map(Secret::new),
    })
}
