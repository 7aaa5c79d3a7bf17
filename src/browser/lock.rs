//! A lock among the tabs of this origin, by [Web Locks](https://w3c.github.io/web-locks/).

use crate::browser::controller::Abort;
use crate::browser::property;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A lock, or the request for it. Dropping it releases the lock, or ends the request.
#[must_use = "dropping a lock releases it"]
pub struct Lock {
    _abort: Abort,
    /// Resolves the promise that holds the lock.
    end: Function,
    _callback: Closure<dyn FnMut(JsValue) -> Promise>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Calling a promise's own resolver can't fail.
        let _ = self.end.call0(&JsValue::UNDEFINED);
    }
}

/// Requests the lock of that name. Calls back once: with `true` when this tab has it, with `false` when the request has
/// ended without. `None` where the browser has no locks.
pub fn request(name: &str, answered: impl Fn(bool) + 'static) -> Option<Lock> {
    let locks = property(&property(&js_sys::global(), "navigator"), "locks");
    let request: Function = property(&locks, "request").dyn_into().ok()?;
    let mut end = None;
    let held = Promise::new(&mut |resolve, _| end = Some(resolve));
    let answered = Rc::new(answered);
    let is_answered = Rc::new(Cell::new(false));
    let callback = Closure::new({
        let (answered, is_answered) = (Rc::clone(&answered), Rc::clone(&is_answered));
        move |_: JsValue| {
            if !is_answered.replace(true) {
                answered(true);
            }
            held.clone()
        }
    });
    let abort = Abort::new();
    let options = Object::new();
    Reflect::set(&options, &"signal".into(), &abort.signal()).ok()?;
    let asked = request
        .call3(&locks, &name.into(), &options, callback.as_ref())
        .ok()?;
    // The request ends when the lock is released, when this page has ended it, and where a stand-in for the browser's locks
    // gives something else.
    spawn_local(async move {
        let _ = JsFuture::from(Promise::resolve(&asked)).await;
        if !is_answered.replace(true) {
            answered(false);
        }
    });
    Some(Lock {
        _abort: abort,
        end: end?,
        _callback: callback,
    })
}
